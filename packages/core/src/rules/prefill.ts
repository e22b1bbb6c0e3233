import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Target } from './target.ts';

/**
 * Models that go on from a beginning of their own turn, as published in 2026; anything unknown does not (C6). Claude up to 4.5, Gemini 2.x
 * to 3.1 and 3.5 Flash: their successors refuse it.
 */
const CLAUDE = /^claude-(?:2|3|instant|(?:opus|sonnet|haiku)-4(?:-[0-5](?!\d))?(?:[-@]\d{8}|-latest|$))/;
const GEMINI = /^(?:models\/)?gemini-(?:2(?:\.\d)?-|3(?:\.[01])?-|3\.5-flash(?:-(?!lite)|$))/;

const THINKS: ReadonlySet<string> = new Set(['minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

/** Never with reasoning on: the turn would have to begin with it. */
function thinks({ reasoning, providerOptions }: LanguageModelV4CallOptions, { effort }: Target): boolean {
  if (reasoning !== undefined && THINKS.has(reasoning)) return true;
  if (reasoning !== 'none' && effort !== undefined && THINKS.has(effort)) return true;
  const thinking = (providerOptions?.['anthropic'] as { thinking?: { type?: unknown } } | undefined)?.thinking;
  return thinking?.type === 'enabled' || thinking?.type === 'adaptive';
}

export function isPrefilled(request: LanguageModelV4CallOptions, target: Target): boolean {
  if (thinks(request, target)) return false;
  if (target.protocol === 'anthropic-messages') return CLAUDE.test(target.model);
  return target.protocol === 'google' && GEMINI.test(target.model);
}
