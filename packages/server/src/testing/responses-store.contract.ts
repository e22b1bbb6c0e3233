import { equal, truthy, type Suite } from '@holdfast/core/testing';
import type { ResponsesStore } from '../responses/responses-store.ts';
import type { KeptResponse } from '../rules/kept-response.ts';

/** Two ways into one store: two adapters over one file, or twice the same. It keeps a response for `KEEP` ms. */
export interface SharedResponses {
  readonly a: ResponsesStore;
  readonly b: ResponsesStore;
  /** Lets time pass for the store. */
  pass(ms: number): void | Promise<void>;
  close(): Promise<void>;
}

export const KEEP = 24 * 3_600_000;
const T = 1_700_000_000_000;

const kept = (id: string, previous?: string): KeptResponse => ({
  id,
  at: T,
  input: [{ type: 'message', role: 'user', content: `to ${id}: "ümläut" \u0000 😀` }],
  response: { id, object: 'response', output: [{ type: 'message', id: `msg_${id}`, role: 'assistant', content: [] }] },
  ...(previous !== undefined && { previous }),
});

const ids = (chain: readonly KeptResponse[] | undefined): readonly string[] | undefined => chain?.map(({ id }) => id);

const CASES: readonly (readonly [string, (shared: SharedResponses) => Promise<void>])[] = [
  [
    'R2: what one way saved, the other knows, as it was; the last save counts',
    async ({ a, b }) => {
      await a.save('ann', kept('r1'));
      equal(await b.get('ann', 'r1'), kept('r1'), 'saved');
      await b.save('ann', { ...kept('r1'), response: { id: 'r1', status: 'completed' } });
      equal((await a.get('ann', 'r1'))?.response, { id: 'r1', status: 'completed' }, 'saved again');
      equal(await a.get('ann', 'r2'), undefined, 'unknown');
    },
  ],
  [
    'R2: nobody sees what another caller has',
    async ({ a, b }) => {
      await a.save('ann', kept('r1'));
      equal(await b.get('bob', 'r1'), undefined, 'get');
      equal(await b.chain('bob', 'r1'), undefined, 'chain');
      equal((await b.items('bob', ['msg_r1'])).size, 0, 'items');
      equal(await b.delete('bob', 'r1'), false, 'delete');
      await b.save('bob', { ...kept('r1'), input: [] });
      equal(await a.get('ann', 'r1'), kept('r1'), 'the same id of another caller');
    },
  ],
  [
    'R2: a chain begins with its oldest response; one that lacks a link is unknown',
    async ({ a, b }) => {
      await a.save('ann', kept('r1'));
      await b.save('ann', kept('r2', 'r1'));
      await a.save('ann', kept('r3', 'r2'));
      await a.save('ann', kept('r3b', 'r2'));
      equal(ids(await b.chain('ann', 'r3')), ['r1', 'r2', 'r3'], 'chain');
      equal((await b.chain('ann', 'r3'))?.[0], kept('r1'), 'whole');
      equal(await b.delete('ann', 'r2'), true, 'deleted');
      equal(await a.chain('ann', 'r3'), undefined, 'a link is gone');
      equal(ids(await a.chain('ann', 'r1')), ['r1'], 'the rest stands');
    },
  ],
  [
    'R2: a chain of a thousand',
    async ({ a, b }) => {
      for (let n = 0; n < 1000; n++) await a.save('ann', kept(`r${n}`, n === 0 ? undefined : `r${n - 1}`));
      equal((await b.chain('ann', 'r999'))?.length, 1000, 'long');
    },
  ],
  [
    'R2: items of inputs and outputs are known by their ids',
    async ({ a, b }) => {
      await a.save('ann', { ...kept('r1'), input: [{ type: 'function_call_output', id: 'fco_1', call_id: 'c', output: 'ok' }] });
      await a.save('ann', kept('r2'));
      const found = await b.items('ann', ['fco_1', 'msg_r2', 'msg_r3']);
      equal([...found.keys()].toSorted(), ['fco_1', 'msg_r2'], 'found');
      equal(found.get('fco_1')?.['output'], 'ok', 'whole');
      await a.delete('ann', 'r2');
      equal((await b.items('ann', ['msg_r2'])).size, 0, 'deleted');
    },
  ],
  [
    'R2: what is deleted is gone, once',
    async ({ a, b }) => {
      await a.save('ann', kept('r1'));
      equal(await b.delete('ann', 'r1'), true, 'first');
      equal(await a.delete('ann', 'r1'), false, 'second');
      equal(await a.get('ann', 'r1'), undefined, 'gone');
    },
  ],
  [
    'R2: it is forgotten after a while, unless something went on from it',
    async ({ a, b, pass }) => {
      await a.save('ann', kept('old'));
      await a.save('ann', kept('r1'));
      await pass(KEEP - 1);
      truthy(await b.get('ann', 'old'), 'just before');
      await b.save('ann', kept('r2', 'r1'));
      await pass(1);
      equal(await b.get('ann', 'old'), undefined, 'old');
      equal((await b.items('ann', ['msg_old'])).size, 0, 'its items');
      equal(await b.delete('ann', 'old'), false, 'deleted already');
      equal(ids(await a.chain('ann', 'r2')), ['r1', 'r2'], 'renewed');
      await pass(KEEP);
      equal(await a.chain('ann', 'r2'), undefined, 'all');
    },
  ],
];

/** What every `ResponsesStore` must keep. `open` gives a fresh one. */
export function responsesStoreContract({ describe, it }: Suite, name: string, open: () => Promise<SharedResponses>): void {
  describe(`responses that are kept, ${name}`, () => {
    for (const [what, check] of CASES)
      it(what, async () => {
        const shared = await open();
        try {
          await check(shared);
        } finally {
          await shared.close();
        }
      });
  });
}
