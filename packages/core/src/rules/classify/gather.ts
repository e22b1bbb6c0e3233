import { isModelFailure, FAILURE_KINDS, type ModelFailure } from '../failure.ts';
import { addBody, emptyEvidence, type Evidence } from './evidence.ts';
import { headersOf, HEAD, isError, isObject, list, parsed, peek, statusOf, text } from './peek.ts';
import { readPayload } from './payload.ts';
import { isSystemCode } from './transport.ts';

const NODES = 40;
const CAUSES = ['cause', 'lastError', 'originalError', 'innerError', 'reason', 'error'];
/** Names that say nothing. */
const PLAIN =
  /^(?:error|aggregateerror|apierror|ai_apicallerror|ai_retryerror|unknownerror|openaierror|anthropicerror|domexception|providerstreamerror)$/;
/** A bug of ours or of a library: its words are no provider's. */
const BUGS =
  /^(?:typeerror|rangeerror|referenceerror|syntaxerror|evalerror|urierror|assertionerror.*|zoderror|ai_(?!apicallerror|retryerror)\w+)$/;
/** What vendor packages say themselves. */
const PACKAGED =
  /^(?:failed to process (?:successful|error) response|invalid json response|cannot connect to api|failed after \d+ attempts|type validation failed|json parsing failed)/i;

/** Reads whatever was thrown, and what it wraps. */
export function gather(error: unknown): Evidence {
  const found = emptyEvidence();
  const seen = new Set<object>();
  const queue: unknown[] = [error];
  while (queue.length > 0 && seen.size < NODES) {
    const next = queue.shift();
    if (typeof next === 'string') readPayload(next, found.payload);
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    if (isOurs(next)) {
      found.own = next;
      return found;
    }
    if (isError(next) || wrapsResponse(next)) readError(next, found, queue);
    else readPlain(next, found, queue);
  }
  if (found.payload.html && found.body === 'unseen') found.body = 'html';
  return found;
}

function isOurs(value: object): value is ModelFailure {
  try {
    return isModelFailure(value) && FAILURE_KINDS.includes(value.kind) && isObject(value.facts);
  } catch {
    return false;
  }
}

const wrapsResponse = (value: object): boolean =>
  peek(value, 'responseBody') !== undefined || peek(value, 'responseHeaders') !== undefined || peek(value, '$metadata') !== undefined;

function readError(error: object, into: Evidence, queue: unknown[]): void {
  const name = (text(peek(error, 'name')) ?? '').toLowerCase();
  if (!PLAIN.test(name) && name !== '' && !into.names.includes(name)) into.names.push(name);
  readHead(error, into);
  const message = (text(peek(error, 'message')) ?? '').slice(0, HEAD);
  const code = text(peek(error, 'code'));
  const syscall = text(peek(error, 'syscall'));
  into.faults.push({ message, ...(code !== undefined && { code }), ...(syscall !== undefined && { syscall }) });
  readBody(error, into);
  readOwnWords(error, name, message, code, into);
  for (const key of CAUSES) if (isError(peek(error, key)) || key === 'cause') queue.push(peek(error, key));
  queue.push(...list(peek(error, 'errors')).toReversed());
}

/** Code, type and message of an error object: the provider's own, unless a runtime or a package wrote them. */
function readOwnWords(error: object, name: string, message: string, code: string | undefined, into: Evidence): void {
  const system = code !== undefined && isSystemCode(code) && peek(error, '$metadata') === undefined;
  const type = peek(error, 'type');
  const error_type = name.endsWith('exception') ? text(peek(error, 'name')) : undefined;
  if (!system && (code ?? type ?? error_type ?? statusOf(peek(error, 'code'))) !== undefined) {
    readPayload({ code: peek(error, 'code'), type, error_type }, into.payload);
  }
  if (system || BUGS.test(name) || PACKAGED.test(message)) return;
  if (parsed(message) || /^\W*\d{3}\W*\{/.test(message)) readPayload(message, into.payload);
  else if (message !== '') into.said.push(message);
}

function readHead(error: object, into: Evidence): void {
  const response = peek(error, 'response') ?? peek(error, '$response');
  const status =
    statusOf(peek(error, 'statusCode')) ??
    statusOf(peek(error, 'status')) ??
    statusOf(peek(error, 'status_code')) ??
    statusOf(peek(peek(error, '$metadata'), 'httpStatusCode')) ??
    statusOf(peek(response, 'status')) ??
    statusOf(peek(response, 'statusCode'));
  if (status !== undefined) into.http ??= status;
  const url = text(peek(error, 'url'));
  if (url !== undefined) into.url ??= url;
  for (const source of [peek(error, 'responseHeaders'), peek(error, 'headers'), peek(response, 'headers')]) {
    for (const [header, value] of Object.entries(headersOf(source))) into.headers[header] ??= value;
  }
  const id = text(peek(error, 'request_id')) ?? text(peek(error, 'requestID')) ?? text(peek(peek(error, '$metadata'), 'requestId'));
  if (id !== undefined) into.payload.requestId ??= id;
}

function readBody(error: object, into: Evidence): void {
  const body =
    peek(error, 'responseBody') ?? peek(error, 'body') ?? peek(peek(error, 'response'), 'data') ?? peek(peek(error, 'response'), 'body');
  // The Responses package throws the body of a 200 as a 400 or 500 of its own making.
  if (isObject(body) && peek(body, 'object') === 'response') into.http = 200;
  if (typeof body === 'string') addBody(body, into);
  for (const part of [isObject(body) ? body : undefined, peek(error, 'data'), peek(error, 'value'), peek(error, 'error')]) {
    if (isObject(part) && !isError(part)) readPayload(part, into.payload);
  }
  const inner = peek(error, 'error');
  if (typeof inner === 'string') readPayload(inner, into.payload);
}

/** Something thrown or sent that is no error object: an error part, an event, an envelope around either. */
function readPlain(value: object, into: Evidence, queue: unknown[]): void {
  const before = into.payload.errors.length;
  const status = statusOf(peek(value, 'statusCode'));
  if (status !== undefined) into.http ??= status;
  readPayload(value, into.payload);
  queue.push(...into.payload.errors.slice(before), ...list(peek(value, 'errors')));
  for (const key of ['cause', 'lastError']) queue.push(peek(value, key));
  if (isObject(peek(value, 'reason'))) queue.push(peek(value, 'reason'));
  // Wrapped once more: `{ data: { statusCode, responseBody } }`.
  for (const key of ['data', 'error'])
    if (isObject(peek(value, key)) && wrapsResponse(peek(value, key) as object)) queue.push(peek(value, key));
}
