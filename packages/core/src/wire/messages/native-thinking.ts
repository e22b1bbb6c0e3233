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
