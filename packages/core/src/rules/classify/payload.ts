import { addCode, readCodes } from './codes.ts';
import { HEAD, headersOf, isError, isHtml, isObject, keys, list, parsed, peek, text } from './peek.ts';
import { emptyPayload, type Payload } from './told.ts';

/**
 * Reads a provider's own words: an error body, an error event, or the text of one.
 *
 * Y1. Only fields known to hold the provider's message are read, 2,000 characters of each: servers echo input (E1).
 * Y2. What a model wrote is never read: of an object that carries an answer only its error is looked at.
 * Y3. JSON inside strings is opened (E2). Cycles and depth end at a budget of nodes.
 */

const NODES = 48;
const MESSAGES = [
  'message',
  'msg',
  'Message',
  'error_message',
  'errorMessage',
  'error_msg',
  'error_description',
  'status_msg',
  'description',
];
const TEXTS = ['error', 'detail', 'details', 'raw', 'body', 'responseBody', 'title'];
const CHILDREN = [
  'error',
  'errors',
  'detail',
  'details',
  'metadata',
  'innererror',
  'inner_error',
  'innerError',
  'violations',
  'base_resp',
  'raw',
  'body',
];
const WRAPPERS = ['response', 'data', 'err', 'Error', 'Response', 'fault', 'upstream_error', 'cause', 'responseBody'];
/** Reads a body, an event or a text into `into`. */
export function readPayload(value: unknown, into: Payload = emptyPayload()): Payload {
  const seen = new Set<object>(into.nodes);
  const queue: unknown[] = [value];
  while (queue.length > 0 && into.nodes.length < NODES) {
    const next = queue.shift();
    if (typeof next === 'string') readText(next, into, queue);
    else if (isObject(next) && !seen.has(next)) {
      seen.add(next);
      if (isError(next)) into.errors.push(next);
      else readNode(next, into, queue);
    }
  }
  return into;
}

function readText(source: string, into: Payload, queue: unknown[]): void {
  const whole = parsed(source);
  if (whole) return void queue.push(whole);
  if (isHtml(source)) into.html = true;
  else {
    const line = source.slice(0, HEAD).trim();
    if (line === '') return;
    const inner = afterStatus(source);
    if (inner) queue.push(inner);
    if (!into.messages.includes(line)) into.messages.push(inner ? line.slice(0, line.indexOf('{')) : line);
    into.failed = true;
  }
}

/** `429 {"error":…}`: how vendor clients put a body into a message. Anything longer before the brace may be an echo. */
function afterStatus(source: string): object | undefined {
  const head = /^\s*(?:\w*(?:Error|Exception):?\s*)?(?:(?:HTTP|error code|status(?: code)?)[:\s]*)?[45]\d\d\b[\s:,-]*(?=\{)/i.exec(source);
  return head ? parsed(source.slice(head[0].length)) : undefined;
}

function readNode(node: object, into: Payload, queue: unknown[]): void {
  into.nodes.push(node);
  if (Array.isArray(node)) return void queue.push(...list(node));
  if (holdsAnswer(node)) {
    queue.push(peek(node, 'error'), peek(node, 'base_resp'), ...list(peek(node, 'choices')).map((choice) => peek(choice, 'error')));
    return;
  }
  readCodes(node, into);
  for (const key of MESSAGES) readMessage(peek(node, key), into, queue);
  for (const key of TEXTS) if (typeof peek(node, key) === 'string') readMessage(peek(node, key), into, queue);
  for (const key of [...CHILDREN, ...WRAPPERS]) if (isObject(peek(node, key))) queue.push(peek(node, key));
  for (const key of keys(node)) {
    if (!key.endsWith('Exception') || !isObject(peek(node, key))) continue;
    addCode(key, into);
    queue.push(peek(node, key));
  }
  Object.assign(into.headers, headersOf(peek(peek(node, 'metadata'), 'headers')));
  const id = text(peek(node, 'request_id')) ?? text(peek(node, 'requestId'));
  if (id !== undefined) into.requestId ??= id;
  const error = peek(node, 'error');
  if (typeof error === 'string' && !/\s/.test(error)) addCode(error, into, 'code');
  if (isObject(error) || typeof error === 'string') into.failed = true;
}

/** An answer of one of the protocols: what stands in it is the model's. */
function holdsAnswer(node: object): boolean {
  const full = (key: string): boolean => list(peek(node, key)).length > 0;
  return full('choices') || full('candidates') || full('output') || (full('content') && peek(node, 'role') !== undefined);
}

function readMessage(value: unknown, into: Payload, queue: unknown[]): void {
  if (typeof value !== 'string' || value.trim() === '') return;
  const inner = parsed(value);
  if (inner) queue.push(inner);
  else if (isHtml(value)) into.html = true;
  else readText(value, into, queue);
}
