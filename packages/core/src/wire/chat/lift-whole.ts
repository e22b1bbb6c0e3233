import { isObject, type Json, type JsonObject } from '../json.ts';
import type { WirePart } from '../wire-part.ts';
import { sourcesOf } from './annotations.ts';
import { ownChoice } from './frames.ts';
import { ChatLift } from './lift.ts';

/** A whole answer is read as one chunk that holds everything. Its calls are complete: there are no pieces of them. */
export function liftWhole(json: JsonObject, attempt: number, text: string): readonly WirePart[] {
  const choice = ownChoice(json) ?? {};
  const message = isObject(choice['message']) ? choice['message'] : {};
  const lift = new ChatLift(attempt);
  const chunk = { ...json, choices: [{ ...choice, index: 0, delta: { ...message, ...numbered(message['tool_calls']) } }] };
  const shown = lift.take({ data: '', json: chunk });
  const wire = { attempt, frames: [] };
  const parts = [...shown, ...lift.finish()]
    .filter(({ type }) => type !== 'raw' && !type.startsWith('tool-input-'))
    .map((part) => ({ ...part, wire: part.type === 'finish' ? { ...wire, whole: text } : wire }));
  return [...parts.slice(0, -1), ...sourcesOf(message['annotations'], 0), ...parts.slice(-1)];
}

/** A list says by its order what chunks say by an index. */
const numbered = (calls: Json | undefined): JsonObject =>
  Array.isArray(calls)
    ? { tool_calls: (calls as readonly Json[]).filter(isObject).map((call, index): JsonObject => ({ ...call, index })) }
    : {};
