import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import type { WireFrame } from '../wire-part.ts';
import type { Piece } from './delta.ts';

const choicesOf = ({ choices }: JsonObject): readonly Json[] => (Array.isArray(choices) ? (choices as readonly Json[]) : []);

const isOwn = (choice: Json): choice is JsonObject => isObject(choice) && (choice['index'] === 0 || typeof choice['index'] !== 'number');

/** The first answer of a chunk; who asked for several gets the others as they came. */
export const ownChoice = (json: JsonObject): JsonObject | undefined => choicesOf(json).find(isOwn);

/** A chunk of other answers alone. */
export const isForOthers = (json: JsonObject): boolean => choicesOf(json).length > 0 && ownChoice(json) === undefined;

/** A finish reason; an empty one, as some servers send with every chunk, is none. */
export const reasonIn = (choice: JsonObject | undefined): string | undefined => {
  const reason = choice?.['finish_reason'];
  return isText(reason) && reason !== '' ? reason : undefined;
};

const made = (json: JsonObject, event: string | undefined): WireFrame => ({
  ...(event !== undefined && { event }),
  data: JSON.stringify(json),
  json,
});

/**
 * A frame that shows several things, or shows something and ends the answer, as the frames that a server would have sent that sends them
 * apart (N2 without a loss): one for each piece, and one for the finish reason.
 */
export function cutFrame({ json, event }: WireFrame, pieces: readonly Piece[]): readonly WireFrame[] {
  const own = ownChoice(json) ?? {};
  const others = choicesOf(json).filter((one) => one !== own);
  const reason = reasonIn(own);
  const shown = new Set(pieces.map(({ field }) => field));
  const rest = Object.fromEntries(Object.entries((own['delta'] ?? {}) as JsonObject).filter(([field]) => !shown.has(field)));
  const count = pieces.length + (reason === undefined ? 0 : 1);
  return Array.from({ length: count }, (_, at) => {
    const piece = pieces[at];
    const choice: JsonObject = {
      ...own,
      ...(at > 0 && own['logprobs'] !== undefined && { logprobs: null }),
      delta: { ...(at === 0 && rest), ...(piece && { [piece.field]: piece.value }) },
      finish_reason: piece ? null : reason!,
    };
    const usage = json['usage'] !== undefined && at < count - 1 ? { usage: null } : {};
    return made({ ...json, ...usage, choices: [choice, ...(at === 0 ? others : [])] }, event);
  });
}

/** The frame with changed entries of its tool calls. */
export function withCalls(frame: WireFrame, change: (entry: JsonObject) => JsonObject): WireFrame {
  const { json, event } = frame;
  const own = ownChoice(json);
  const delta = own?.['delta'];
  if (!own || !isObject(delta) || !Array.isArray(delta['tool_calls'])) return frame;
  const calls = (delta['tool_calls'] as readonly Json[]).map((entry) => (isObject(entry) ? change(entry) : entry));
  const choice = { ...own, delta: { ...delta, tool_calls: calls } };
  return made({ ...json, choices: choicesOf(json).map((one) => (one === own ? choice : one)) }, event);
}

/** The index that a frame gives to its one tool call; undefined where it has none, or speaks of a call in the old way. */
export function callIndex(json: JsonObject): Json | undefined {
  const delta = ownChoice(json)?.['delta'];
  const calls = isObject(delta) ? delta['tool_calls'] : undefined;
  const first: Json | undefined = Array.isArray(calls) ? (calls as readonly Json[])[0] : undefined;
  return isObject(first) ? (first['index'] ?? null) : undefined;
}

/** Tells what was counted and nothing else. */
export const isUsageAlone = (json: JsonObject): boolean =>
  isObject(json['usage']) && choicesOf(json).every((choice) => isObject(choice) && isIdle(choice));

function isIdle(choice: JsonObject): boolean {
  if (reasonIn(choice) !== undefined) return false;
  const { delta } = choice;
  return !isObject(delta) || Object.entries(delta).every(([name, value]) => name === 'role' || value === null || value === '');
}

/** One frame as text. A line feed in the data is two lines of it. */
export const frameText = ({ event, data }: WireFrame): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data}\n\n`;

export function hasRole(json: JsonObject): boolean {
  const delta = ownChoice(json)?.['delta'];
  return isObject(delta) && delta['role'] !== undefined && delta['role'] !== '';
}
