import type { ClientError, JsonObject } from '@holdfast/core/wire';

const LIMIT = 20;
const MOST = 100;

/** One page of a list as OpenAI's APIs give it: the newest first, unless asked otherwise. */
export function pageOf(items: readonly JsonObject[], query: URLSearchParams): JsonObject | ClientError {
  const limit = query.get('limit') ?? String(LIMIT);
  if (!/^\d{1,9}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST)
    return wrong('limit', `Invalid 'limit': expected an integer from 1 to ${MOST}.`);
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') return wrong('order', "Invalid 'order': expected 'asc' or 'desc'.");
  const sorted = order === 'asc' ? items : items.toReversed();
  const after = query.get('after');
  const place = after === null ? -1 : sorted.findIndex(({ id }) => id === after);
  if (after !== null && place < 0) return wrong('after', `Item with id '${after}' not found.`);
  const data = sorted.slice(place + 1, place + 1 + Number(limit));
  return {
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: place + 1 + data.length < sorted.length,
  };
}

const wrong = (param: string, message: string): ClientError => ({
  status: 400,
  class: 'invalid-request',
  message,
  param,
  code: 'invalid_value',
});
