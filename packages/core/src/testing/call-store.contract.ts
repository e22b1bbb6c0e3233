import type { CallStore } from '../calls.ts';
import type { CallRecord } from '../rules/record.ts';
import { equal } from './expect.ts';
import type { Suite } from './health-store.contract.ts';

const T = 1_700_000_000_000;

/** The record of a call that asked `targets`, the last of which answered unless `outcome` says otherwise. */
export function recordOf(id: string, more: Partial<CallRecord> = {}, targets: readonly string[] = ['work/small']): CallRecord {
  const { outcome = 'done' } = more;
  const origin = { entry: 'work', protocol: 'openai-chat', model: 'small', account: 'work#KEY' } as const;
  return {
    id,
    chain: 'smart',
    began: T,
    ms: 120,
    outcome,
    attempts: targets.map((target, at) => ({
      attempt: at + 1,
      target,
      place: at,
      origin,
      began: T + at,
      ms: 40,
      shown: 'nothing',
      ...((at < targets.length - 1 || outcome !== 'done') && {
        failure: { kind: 'overload', message: 'busy "here" — später', facts: { status: 529 } },
      }),
    })),
    skips: [],
    paid: { input: 10, output: 2 },
    usd: 0.001,
    marks: [],
    ...more,
  };
}

const openOf = (id: string, more: object = {}) => ({ id, chain: 'smart', began: T, target: 'work/small', ...more });
const ids = (calls: readonly { readonly id: string }[]): readonly string[] => calls.map(({ id }) => id);

const CASES: readonly (readonly [string, (store: CallStore) => Promise<void>])[] = [
  [
    'a call is open from its first attempt and has its whole record at its end',
    async (store) => {
      await store.opened?.(openOf('a', { caller: 'ann', tool: 'grep' }));
      equal(await store.list(), [{ ...openOf('a', { caller: 'ann', tool: 'grep' }), state: 'open' }], 'open');
      const record = recordOf('a', { caller: 'ann', tool: 'grep' });
      await store.closed(record);
      equal(await store.list(), [{ ...openOf('a', { caller: 'ann', tool: 'grep' }), state: 'done', record }], 'closed');
    },
  ],
  [
    'a call that could ask nobody is kept too',
    async (store) => {
      const record = recordOf('a', { outcome: 'resting', skips: [{ target: 'work/small', place: 0, reason: 'resting' }] }, []);
      await store.closed(record);
      equal(await store.find('a'), [{ ...openOf('a'), state: 'resting', record }], 'kept');
    },
  ],
  [
    'the newest come first, as many as are asked for',
    async (store) => {
      for (let n = 0; n < 60; n++) await store.closed(recordOf(`c${String(n).padStart(2, '0')}`, { began: T + n }));
      equal(ids(await store.list({ limit: 3 })), ['c59', 'c58', 'c57'], 'three');
      equal((await store.list()).length, 50, 'fifty');
    },
  ],
  [
    'every filter must hold',
    async (store) => {
      await store.closed(recordOf('a', { caller: 'ann', session: 's1', began: T }, ['work/small', 'east/BIG_1%']));
      await store.closed(recordOf('b', { caller: 'bob', session: 's1', began: T + 10, outcome: 'server' }));
      await store.opened?.(openOf('o', { caller: 'bob', began: T + 20 }));
      equal(ids(await store.list({ caller: 'ann' })), ['a'], 'caller');
      equal(ids(await store.list({ since: T + 10 })), ['o', 'b'], 'since');
      equal(ids(await store.list({ session: 's1' })), ['b', 'a'], 'session');
      equal(ids(await store.list({ model: 'big_1%' })), ['a'], 'a target that was asked at all');
      equal(ids(await store.list({ model: '%' })), ['a'], 'no wildcard');
      equal(ids(await store.list({ failed: true })), ['b'], 'failed: not what goes on');
      equal(ids(await store.list({ caller: 'bob', failed: true, since: T + 11 })), [], 'all of them');
    },
  ],
  [
    'a caller has those below it, by whole segments',
    async (store) => {
      for (const caller of ['ci', 'ci/nightly', 'cid', 'ann']) await store.closed(recordOf(caller.replace('/', '-'), { caller }));
      await store.closed(recordOf('nobody'));
      equal(ids(await store.list({ under: 'ci' })), ['ci', 'ci-nightly'], 'whole segments');
      equal(ids(await store.list({ under: '%' })), [], 'no wildcard');
    },
  ],
  [
    'a page goes on where the one before it ended, whatever began in the same millisecond',
    async (store) => {
      for (const [id, began] of [
        ['c', T],
        ['a', T],
        ['b', T],
        ['old', T - 1],
        ['new', T + 1],
      ] as const)
        await store.closed(recordOf(id, { began }));
      equal(ids(await store.list()), ['new', 'a', 'b', 'c', 'old'], 'order');
      equal(ids(await store.list({ past: { began: T, id: 'a' }, limit: 2 })), ['b', 'c'], 'second page');
      equal(ids(await store.list({ past: { began: T, id: 'c' } })), ['old'], 'last page');
    },
  ],
  [
    'a call is found by how its id begins',
    async (store) => {
      for (const id of ['abc-1', 'abc-2', 'b_d', 'bxd']) await store.closed(recordOf(id));
      equal(ids(await store.find('abc-1')), ['abc-1'], 'whole');
      equal([...ids(await store.find('abc'))].toSorted(), ['abc-1', 'abc-2'], 'two');
      equal(ids(await store.find('b_')), ['b_d'], 'no wildcard');
      equal(await store.find('z'), [], 'none');
    },
  ],
  [
    'what was asked is kept only when it is handed over',
    async (store) => {
      await store.closed(recordOf('a'));
      await store.closed(recordOf('b'), [{ role: 'user', content: 'who am I' }]);
      equal(await store.messages('a'), undefined, 'not');
      equal(await store.messages('b'), [{ role: 'user', content: 'who am I' }], 'kept');
      equal(JSON.stringify(await store.list()).includes('who am I'), false, 'no list shows it');
    },
  ],
];

/** What every store of call records must keep. `open` gives a fresh one. */
export function callStoreContract({ describe, it }: Suite, name: string, open: () => CallStore): void {
  describe(`records of calls, ${name}`, () => {
    for (const [what, check] of CASES)
      it(what, async () => {
        const store = open();
        try {
          await check(store);
        } finally {
          await store.close();
        }
      });
  });
}
