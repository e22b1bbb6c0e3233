import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { isEffort, type Target } from './target.ts';

/**
 * Models that go on from a beginning of their own turn, as published in 2026; anything unknown does not (C6). Claude up to 4.5, Gemini 2.x
 * to 3.1 and 3.5 Flash: their successors refuse it. Mistral, Moonshot and DashScope take one that is marked.
 */
const CLAUDE = /^claude-(?:2|3|instant|(?:opus|sonnet|haiku)-4(?:-[0-5](?!\d))?(?:[-@]\d{8}|-latest|$))/;
const GEMINI = /^(?:models\/)?gemini-(?:2(?:\.\d)?-|3(?:\.[01])?-|3\.5-flash(?:-(?!lite)|$))/;

const thinksAt = (effort: unknown): boolean => isEffort(effort) && effort !== 'none';

const isOn = (thinking: unknown): boolean =>
  ['enabled', 'adaptive'].includes(String((thinking as { type?: unknown } | null | undefined)?.type));

const isDeep = (config: unknown): boolean => {
  const { thinkingLevel, thinkingBudget } = (config ?? {}) as { readonly thinkingLevel?: unknown; readonly thinkingBudget?: unknown };
  return thinkingLevel !== undefined || (thinkingBudget !== undefined && thinkingBudget !== 0);
};

/** Never with reasoning on: the turn would have to begin with it. */
function thinks({ reasoning, providerOptions }: LanguageModelV4CallOptions, { effort }: Target): boolean {
  if (thinksAt(reasoning) || (reasoning !== 'none' && thinksAt(effort))) return true;
  return Object.values(providerOptions ?? {}).some(({ thinking, thinkingConfig }) => isOn(thinking) || isDeep(thinkingConfig));
}

/** Vendors of chat completions that take a beginning when the message says so, by what it says. */
const SAYS: readonly (readonly [vendor: RegExp, says: string])[] = [
  [/^mistral/, 'prefix'],
  [/^moonshot/, 'partial'],
  [/^(?:alibaba|dashscope)/, 'partial'],
];

const saysOf = ({ protocol, vendor = '' }: Target): string | undefined =>
  protocol === 'openai-chat' || protocol === 'other' ? SAYS.find(([name]) => name.test(vendor))?.[1] : undefined;

export function isPrefilled(request: LanguageModelV4CallOptions, target: Target): boolean {
  if (thinks(request, target)) return false;
  if (target.protocol === 'anthropic-messages') return CLAUDE.test(target.model);
  if (target.protocol === 'google') return GEMINI.test(target.model);
  return saysOf(target) !== undefined;
}

/** What the beginning of a turn carries: that nothing is to be put behind it, and the vendor's own word for it. */
export function beginningOf(target: Target): NonNullable<LanguageModelV4Message['providerOptions']> {
  const says = saysOf(target);
  return { holdfast: { prefill: true }, ...(says !== undefined && { openaiCompatible: { [says]: true } }) };
}
