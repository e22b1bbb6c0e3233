import { isVisible } from './commit.ts';
import type { PastAttempt } from './plan-types.ts';
import type { Reading } from './reader.ts';
import type { RequestFacts } from './target.ts';

/**
 * `whole`: it is an answer. `empty`: a finish with nothing in it. `length-once`: reasoning ate the budget; asked once more at lower
 * effort, with the failure's fact `repair` set to `LOWER_EFFORT`. `refusal`: a content filter stopped it before any text.
 */
export type EmptyVerdict = 'whole' | 'empty' | 'length-once' | 'refusal';

/** The mark of a turn that ends with nothing because two targets said so. */
export const EMPTY_TURN = 'empty-turn';

export const LOWER_EFFORT = 'lower-effort';

/** Tokens: with so few allowed, nothing is a fair answer (a client that only looks whether the model is there). */
const FEW = 64;

/** Providers that say which finish it was: Anthropic's `stop_sequence`, Bedrock's and vLLM's spellings of it. */
const STOP_SEQUENCE = /stop[_ -]?sequence/i;

type Read = Pick<Reading<unknown>, 'finish' | 'text' | 'calls' | 'files' | 'refused'>;

/** E4, for a reading that has finished. Reasoning alone counts as nothing. `place`: the target that gave it. */
export function emptyVerdict(reading: Read, request: RequestFacts, past: readonly PastAttempt[], place: number): EmptyVerdict {
  if (reading.calls > 0 || reading.files > 0 || isVisible(reading.text)) return 'whole';
  const { reason = 'other', raw = '' } = reading.finish ?? {};
  if (reading.refused || reason === 'content-filter') return 'refusal';
  if (request.maxTokens !== undefined && request.maxTokens <= FEW) return 'whole';
  if (request.stops && STOP_SEQUENCE.test(raw)) return 'whole';
  if (reason === 'length') return past.some(({ failure }) => failure.facts.repair === LOWER_EFFORT) ? 'whole' : 'length-once';
  return isEmptyTurn(reason, request, past, place) ? 'whole' : 'empty';
}

/** After a tool result a model may have nothing to add; believed once another target has said so too. */
export const isEmptyTurn = (reason: string, request: RequestFacts, past: readonly PastAttempt[], place: number): boolean =>
  reason === 'stop' && request.afterTool && past.some((attempt) => attempt.failure.kind === 'empty' && attempt.place !== place);
