import { BadRequest, responsesProtocol, type JsonObject } from '@holdfast/core/wire';
import { systemClock } from '@holdfast/core/engine';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryResponses } from '../src/responses/responses-memory.ts';
import { lookUp } from '../src/responses/responses-store.ts';
import { expand, namedIn, toKeep, type Found } from '../src/rules/expand.ts';
import { listed } from '../src/rules/kept-response.ts';
import { pageOf } from '../src/rules/page.ts';

const user = (text: string): JsonObject => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const said = (id: string, text: string): JsonObject => ({
  id,
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
const output = (call: string): JsonObject => ({ type: 'function_call_output', call_id: call, output: 'sunny' });
const call = (id: string): JsonObject => ({ id: `fc_${id}`, type: 'function_call', call_id: id, name: 'look', arguments: '{}' });
const ended = (id: string, items: readonly JsonObject[]): JsonObject => ({ id, status: 'completed', output: items });

/** What a client that goes on from one response to the next has in its conversation in the end. */
async function conversation(turns: readonly { readonly body: JsonObject; readonly response: JsonObject }[], last: JsonObject) {
  const store = new MemoryResponses({ clock: systemClock, keep: 60_000 });
  for (const { body, response } of turns) {
    const found = await lookUp(store, 'ann', body);
    expand(body, found);
    store.save('ann', toKeep(body, response, found, 1)!);
  }
  return expand(last, await lookUp(store, 'ann', last)).input;
}

const badOf = (act: () => unknown): BadRequest => {
  try {
    act();
  } catch (error) {
    if (error instanceof BadRequest) return error;
  }
  throw new Error('it was no bad request');
};

const NONE: Found = { items: new Map() };

describe('R2: what a request refers to', () => {
  it('a request that holds all of its input is left alone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom(user('a'), said('m', 'b'), output('c')))), (input) => {
        expect(namedIn({ input })).toBeUndefined();
        expect(expand({ input, previous_response_id: null }, NONE)).toEqual({});
      }),
    );
  });

  it('a chain of responses is all that was said, in order', async () => {
    const turns = [
      { body: { input: 'one' }, response: ended('resp_1', [said('msg_1', 'eins')]) },
      { body: { input: [user('two')], previous_response_id: 'resp_1' }, response: ended('resp_2', [call('c1')]) },
    ];
    expect(await conversation(turns, { input: [output('c1')], previous_response_id: 'resp_2' })).toEqual([
      user('one'),
      said('msg_1', 'eins'),
      user('two'),
      call('c1'),
      output('c1'),
    ]);
  });

  it('C7: a call that a limit cut is not gone on from', async () => {
    const turns = [{ body: { input: 'one' }, response: ended('resp_1', [said('msg_1', 'eins'), { ...call('c1'), status: 'incomplete' }]) }];
    expect(await conversation(turns, { input: [user('on')], previous_response_id: 'resp_1' })).toEqual([
      user('one'),
      said('msg_1', 'eins'),
      user('on'),
    ]);
  });

  it('the tool loop of the AI SDK: references to items of earlier answers stand in their places', async () => {
    const body = { input: [user('weather?'), { type: 'item_reference', id: 'fc_c1' }, output('c1')] };
    const turns = [
      { body: { input: [user('weather?')] }, response: ended('resp_1', [call('c1')]) },
      { body, response: ended('resp_2', [said('msg_2', 'sunny')]) },
    ];
    const last = { input: [...body.input, { type: 'item_reference', id: 'msg_2' }, user('thanks')] };
    expect(await conversation(turns, last)).toEqual([user('weather?'), call('c1'), output('c1'), said('msg_2', 'sunny'), user('thanks')]);
  });

  it('what is not known is said, with the field that names it', () => {
    const previous = badOf(() => expand({ input: 'x', previous_response_id: 'resp_9' }, NONE));
    expect(previous).toMatchObject({ param: 'previous_response_id', code: 'previous_response_not_found' });
    expect(previous.message).toContain('resp_9');
    const item = badOf(() => expand({ input: [user('x'), { type: 'item_reference', id: 'msg_9' }] }, NONE));
    expect(item).toMatchObject({ param: 'input[1].id', code: 'previous_response_not_found' });
    expect(
      responsesProtocol.error({ status: 400, class: 'invalid-request', message: 'm', param: 'p', code: 'previous_response_not_found' }),
    ).toBe('{"error":{"message":"m","type":"invalid_request_error","param":"p","code":"previous_response_not_found"}}');
  });

  it('with nothing kept everything is unknown; another caller knows nothing', async () => {
    const store = new MemoryResponses({ clock: systemClock, keep: 60_000 });
    store.save('ann', { id: 'resp_1', input: [], response: {}, at: 1 });
    const body = { input: 'x', previous_response_id: 'resp_1' };
    expect((await lookUp(undefined, 'ann', body)).chain).toBeUndefined();
    expect((await lookUp(store, 'bob', body)).chain).toBeUndefined();
    expect((await lookUp(store, 'ann', body)).chain).toHaveLength(1);
  });

  it('only what its client wants kept, and what ended well, is kept', () => {
    expect(toKeep({ input: 'x', store: false }, ended('resp_1', []), NONE, 1)).toBeUndefined();
    expect(toKeep({ input: 'x' }, { ...ended('resp_1', []), status: 'failed' }, NONE, 1)).toBeUndefined();
    expect(toKeep({ input: 'x' }, ended('resp_1', []), NONE, 1)).toMatchObject({ id: 'resp_1', input: [user('x')], at: 1 });
  });
});

describe('pages of input items', () => {
  const items = listed({ id: 'resp_1', input: Array.from({ length: 45 }, (_, n) => user(String(n))), response: {}, at: 1 });
  const page = (query: string): JsonObject => pageOf(items, new URLSearchParams(query)) as JsonObject;

  it('page by page they are all of them, once, in either order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.constantFrom('asc', 'desc'), (limit, order) => {
        const all: unknown[] = [];
        for (let after = ''; ;) {
          const one = page(`limit=${limit}&order=${order}${after}`);
          all.push(...(one['data'] as unknown[]));
          if (one['has_more'] !== true) break;
          after = `&after=${String(one['last_id'])}`;
        }
        expect(all).toEqual(order === 'asc' ? items : items.toReversed());
      }),
    );
  });

  it('twenty, the newest first, where nothing is asked; each with an id of its own', () => {
    expect(page('')['data']).toEqual(items.toReversed().slice(0, 20));
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'order=up', 'after=msg_9'])('%s is refused', (query) => {
    expect(page(query)).toMatchObject({ status: 400, param: query.split('=')[0] });
  });
});
