import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom } from '@holdfast/core/engine';
import { tempState } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { remoteStore, type RemoteStore } from '../../core/test/remote-store.ts';
import { SqliteResponses } from '../src/io/responses-sqlite.ts';
import { MemoryResponses } from '../src/responses/responses-memory.ts';
import { failOpenResponses, type ResponsesStore } from '../src/responses/responses-store.ts';
import { KEEP, responsesStoreContract } from '../src/testing/responses-store.contract.ts';

const T = 1_700_000_000_000;

function passing() {
  let now = T;
  return { clock: { ...systemClock, now: () => now }, pass: (ms: number): void => void (now += ms) };
}

const said: string[] = [];
const sqlite = (folder: string, clock = passing().clock): SqliteResponses =>
  new SqliteResponses({ folder, clock, random: systemRandom, keep: KEEP, say: (line) => said.push(line) });

responsesStoreContract({ describe, it }, 'memory', async () => {
  const { clock, pass } = passing();
  const store = new MemoryResponses({ clock, keep: KEEP });
  return { a: store, b: store, pass, close: async () => store.close() };
});

responsesStoreContract({ describe, it }, 'SQLite', async () => {
  const state = tempState();
  const { clock, pass } = passing();
  const [a, b] = [sqlite(state.dir, clock), sqlite(state.dir, clock)];
  return {
    a,
    b,
    pass,
    close: async () => {
      a.close();
      b.close();
      state[Symbol.dispose]();
    },
  };
});

const WORKER = fileURLToPath(new URL('./responses-worker.ts', import.meta.url));
type Remote = RemoteStore<ResponsesStore & { pass(ms: number): Promise<void> }>;
const remote = (folder: string): Promise<Remote> => remoteStore(`file://${WORKER}`, folder);

responsesStoreContract({ describe, it }, 'SQLite in two processes', async () => {
  const state = tempState();
  const [a, b] = await Promise.all([remote(state.dir), remote(state.dir)]);
  return {
    a: a.store,
    b: b.store,
    pass: async (ms) => {
      await Promise.all([a.store.pass(ms), b.store.pass(ms)]);
    },
    close: async () => {
      await Promise.all([a.stop(), b.stop()]);
      state[Symbol.dispose]();
    },
  };
});

const kept = (id: string) => ({ id, at: T, input: [], response: { id, output: [] } });

describe('responses in a state folder', () => {
  it('outlive a process that is killed, and are for their owner only', async () => {
    using state = tempState();
    const first = await remote(state.dir);
    await first.store.save('ann', kept('r1'));
    await first.stop();
    const second = sqlite(state.dir);
    expect(await second.get('ann', 'r1')).toEqual(kept('r1'));
    second.close();
    if (process.platform !== 'win32') expect(statSync(join(state.dir, 'responses.db')).mode & 0o777).toBe(0o600);
  });

  it('many writers at once lose nothing', async () => {
    using state = tempState();
    const [a, b] = await Promise.all([remote(state.dir), remote(state.dir)]);
    await Promise.all(Array.from({ length: 100 }, (_, n) => (n % 2 ? a : b).store.save('ann', kept(`r${n}`))));
    const found = await Promise.all(Array.from({ length: 100 }, (_, n) => (n % 2 ? b : a).store.get('ann', `r${n}`)));
    expect(found.filter(Boolean)).toHaveLength(100);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('a damaged file is moved aside; a folder that cannot be used is said once, and memory serves', async () => {
    using state = tempState();
    writeFileSync(join(state.dir, 'responses.db'), 'no database at all, but long enough to be read as one'.repeat(100));
    const damaged = sqlite(state.dir);
    await damaged.save('ann', kept('r1'));
    expect(await damaged.get('ann', 'r1')).toEqual(kept('r1'));
    damaged.close();
    const folder = join(state.dir, 'file');
    writeFileSync(folder, '');
    said.length = 0;
    const homeless = sqlite(folder);
    await homeless.save('ann', kept('r1'));
    await homeless.save('ann', { ...kept('r2'), previous: 'r1' });
    expect((await homeless.chain('ann', 'r2'))?.map(({ id }) => id)).toEqual(['r1', 'r2']);
    expect(await homeless.delete('ann', 'r1')).toBe(true);
    expect(said).toHaveLength(1);
  });

  it('a store that throws is said once and stops nothing', async () => {
    const lines: string[] = [];
    const broken = new Proxy({} as ResponsesStore, {
      get: () => () => {
        throw new Error('on fire');
      },
    });
    const store = failOpenResponses(broken, (line) => lines.push(line));
    await store.save('ann', kept('r1'));
    expect(await store.get('ann', 'r1')).toBeUndefined();
    expect(await store.chain('ann', 'r1')).toBeUndefined();
    expect((await store.items('ann', ['x'])).size).toBe(0);
    expect(await store.delete('ann', 'r1')).toBe(false);
    await store.close();
    expect(lines).toEqual(['responses are not kept now: on fire']);
  });
});
