import { isObject, isText, type JsonObject } from '../json.ts';
import type { BodyChanges } from '../protocol.ts';

/** Thinking with a budget that was written by hand. */
export const isManual = ({ thinking }: JsonObject): boolean => isObject(thinking) && thinking['type'] === 'enabled';

/** Without thoughts there is nothing for the provider to clear, and it refuses to be told so. */
export function thinkingOff({ context_management: management }: JsonObject): BodyChanges {
  if (!isObject(management) || !Array.isArray(management['edits'])) return { thinking: undefined };
  const edits = management['edits'].filter(
    (edit) => !(isObject(edit) && isText(edit['type']) && edit['type'].startsWith('clear_thinking')),
  );
  if (edits.length === management['edits'].length) return { thinking: undefined };
  return { thinking: undefined, context_management: edits.length > 0 ? { ...management, edits } : undefined };
}

/** Anthropic takes no smaller budget. */
const LEAST = 1024;

/** A budget is below the limit, or refused: one that a lower limit overtook is half of that, or there is none. */
export function fittedBudget(body: JsonObject): BodyChanges {
  const { thinking, max_tokens: limit } = body;
  if (!isObject(thinking) || !isManual(body) || typeof limit !== 'number' || Number(thinking['budget_tokens']) < limit) return {};
  const half = Math.floor(limit / 2);
  return half < LEAST ? thinkingOff(body) : { thinking: { ...thinking, budget_tokens: half } };
}
