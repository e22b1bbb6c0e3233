import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { BlockIds } from './block-ids.ts';

type Part = LanguageModelV4StreamPart;
export type ReasoningPart = Extract<Part, { readonly type: `reasoning-${'start' | 'delta' | 'end'}` }>;

/** What was thought on the way to a continuation was bound to a prompt that nobody will see again. */
const CUT = { holdfast: { cut: true } };

/** J4: a part of a continuation's reasoning as it is shown; undefined when there is nothing to show. */
export function shownThought(part: ReasoningPart, ids: BlockIds): Part | undefined {
  if (part.type === 'reasoning-start') return { type: part.type, id: ids.open('reasoning', part.id) };
  const id = part.type === 'reasoning-end' ? ids.close('reasoning', part.id) : ids.of('reasoning', part.id);
  if (id === undefined || (part.type === 'reasoning-delta' && part.delta === '')) return undefined;
  return part.type === 'reasoning-end' ? { type: part.type, id, providerMetadata: CUT } : { type: part.type, id, delta: part.delta };
}
