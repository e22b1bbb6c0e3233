import { HEAD, list, peek, statusOf } from './peek.ts';
import type { Payload } from './told.ts';

/** Codes, types, reasons and statuses of one object of a provider's body. */
const CODES = ['code', 'Code', 'type', 'status', 'reason', 'name', 'error_type', '__type', 'limit_source', 'provider_error_code'];
const STATUSES = ['status', 'code', 'status_code', 'statusCode', 'http_status', 'http_code', 'httpStatus', 'httpStatusCode'];
/** Envelopes, not evidence. */
const HOLLOW =
  /^(?:|0|error|errors|message|response\.\w+|failed|fail|failure|success|ok|true|false|null|none|unknown|object|list|response|incomplete|completed|in_progress|chat\.completion(?:\.chunk)?|apierror|type\.googleapis\.com\/.*)$/;

export function readCodes(node: object, into: Payload): void {
  for (const key of STATUSES) {
    const status = statusOf(peek(node, key));
    if (status !== undefined && status >= 300) into.status ??= status;
  }
  for (const key of CODES) {
    const value = peek(node, key);
    if (typeof value === 'string') addCode(value, into, key);
    else if (typeof value === 'number' && key === 'code' && value >= 600) addCode(String(value), into, key);
  }
  readVendorCodes(node, into);
}

/** Codes that stand in a vendor's own place; numbers get its name before them, since several vendors count from 1000. */
function readVendorCodes(node: object, into: Payload): void {
  const minimax = peek(node, 'status_code');
  if (typeof minimax === 'number' && minimax >= 1000) addCode(`minimax:${minimax}`, into);
  const baidu = peek(node, 'error_code');
  if (typeof baidu === 'number' && baidu !== 0) addCode(`baidu:${baidu}`, into);
  else if (typeof baidu === 'string') addCode(baidu, into);
  const quota = peek(node, 'quotaId');
  if (typeof quota === 'string') {
    const span = /PerDay/i.test(quota) ? 'per-day' : /PerMinute|PerSecond/i.test(quota) ? 'per-minute' : 'other';
    addCode(`quota:${span}${/PerModel/i.test(quota) ? ':model' : ''}`, into);
  }
  if (list(peek(peek(node, 'metadata'), 'reasons')).length > 0) addCode('metadata.reasons', into);
}

export function addCode(sent: string, into: Payload, key?: string): void {
  const short = sent
    .slice(0, 120)
    .replace(/^.*#/, '')
    .replace(/:https?:.*$/, '')
    .trim();
  const code = short.toLowerCase();
  if (HOLLOW.test(code) || statusOf(short) !== undefined) return;
  if (/\S\s+\S+\s+\S+\s+\S/.test(short)) {
    // A sentence in the place of a code.
    into.messages.push(sent.slice(0, HEAD));
    return;
  }
  if (!into.codes.includes(code)) into.codes.push(code);
  if (key === 'type') into.type ??= short;
  else into.code ??= short;
}
