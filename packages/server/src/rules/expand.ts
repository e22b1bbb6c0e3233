import { BadRequest, isObject, isText, type Json, type JsonObject } from '@holdfast/core/wire';
import { inputItems, outputItems, type KeptResponse } from './kept-response.ts';

/** What a request names that only the store knows. */
export interface Named {
  readonly previous?: string;
  readonly items: readonly string[];
}

/** What the store knew of it. */
export interface Found {
  /** The response, and before it all that it went on from, the oldest first; absent: one of them is not known. */
  readonly chain?: readonly KeptResponse[];
  readonly items: ReadonlyMap<string, JsonObject>;
}

const NOT_FOUND = 'previous_response_not_found';

/** By this code clients know that they must send less. */
export const tooMuch = (param: string): BadRequest =>
  new BadRequest('What this request refers to is larger than a request may be.', param, 'context_length_exceeded');

/** Undefined: the request holds all of its input. */
export function namedIn(body: JsonObject): Named | undefined {
  const { previous_response_id: previous, input } = body;
  const items = Array.isArray(input) ? (input as readonly Json[]).flatMap((item) => referenceIn(item) ?? []) : [];
  if (!isText(previous)) return items.length === 0 ? undefined : { items };
  return { previous, items };
}

const referenceIn = (item: Json): string | undefined =>
  isObject(item) && item['type'] === 'item_reference' && isText(item['id']) ? item['id'] : undefined;

/** R2: the request's own input, with the items that it refers to in their places. Throws `BadRequest` for one that is not known. */
function ownInput(body: JsonObject, { items }: Pick<Found, 'items'>): readonly JsonObject[] {
  const { input } = body;
  return inputItems(input).map((item, at) => {
    const id = referenceIn(item);
    if (id === undefined) return item;
    const found = items.get(id);
    if (!found) throw new BadRequest(`Item with id '${id}' not found.`, `input[${at}].id`, NOT_FOUND);
    return found;
  });
}

/**
 * R2: fields of the request with which it holds all of its input; none where it does already. `previous_response_id` stays in the request:
 * the answer repeats it, and no provider is sent it.
 */
export function expand(body: JsonObject, found: Found, most = Infinity): { readonly input?: readonly JsonObject[] } {
  const named = namedIn(body);
  if (!named) return {};
  const { previous } = named;
  if (previous !== undefined && !found.chain)
    throw new BadRequest(`Previous response with id '${previous}' not found.`, 'previous_response_id', NOT_FOUND);
  if (referred(named.items, found) > most) throw tooMuch('input');
  const before = previous === undefined ? [] : found.chain!.flatMap((one) => [...one.input, ...outputItems(one).filter(isWhole)]);
  return { input: [...before, ...ownInput(body, found)] };
}

/** Characters of the items that are named, each as often as it is. */
function referred(ids: readonly string[], { items }: Found): number {
  const sizes = new Map([...items].map(([id, item]) => [id, JSON.stringify(item).length]));
  return ids.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
}

/** C7: half a call is none; nobody answered it. */
const isWhole = ({ type, status }: JsonObject): boolean => status !== 'incomplete' || !isText(type) || !type.endsWith('_call');

/** What is kept of an answer; undefined: its client wants nothing kept, or it did not end well. */
export function toKeep(body: JsonObject, response: JsonObject, found: Found, at: number): KeptResponse | undefined {
  const { id, status } = response;
  if (body['store'] === false || !isText(id) || (status !== 'completed' && status !== 'incomplete')) return undefined;
  const previous = body['previous_response_id'];
  return { id, at, input: ownInput(body, found), response, ...(isText(previous) && { previous }) };
}
