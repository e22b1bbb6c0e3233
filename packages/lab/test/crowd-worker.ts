import { failOpen, processIdentity, SqliteHealth, systemClock, systemRandom, type Clock, type HealthStore } from '@holdfast/core/engine';
import { ask, httpChain, promptOf, type Place } from './http-scene.ts';

/** One of several processes on a state folder that wait for one model. The wall clock stands still until it is moved by hand. */
export type Order =
  | { readonly do: 'start'; readonly folder: string; readonly place: Place; readonly now: number; readonly calls: number }
  | { readonly do: 'time'; readonly now: number };

export type News =
  | { readonly is: 'ready' }
  /** One of its calls has looked at the beliefs, at this time. */
  | { readonly is: 'looked'; readonly now: number }
  | { readonly is: 'asks'; readonly probe: boolean }
  | { readonly is: 'answered'; readonly text: string };

/** The parent may be gone at any moment: then nobody is told. */
const tell = (news: News): void => void process.send?.(news, () => {});

let now = 0;
/** Waits are real but short: who waits looks again soon. */
const clock: Clock = { ...systemClock, now: () => now, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) };

function watched(store: HealthStore): HealthStore {
  return new Proxy(store, {
    get: (target, verb: keyof HealthStore) => {
      const value = target[verb];
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (verb === 'read') tell({ is: 'looked', now });
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

async function start(order: Extract<Order, { do: 'start' }>): Promise<void> {
  const { owner, alive } = processIdentity();
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const store = new SqliteHealth({ folder: order.folder, clock, random: systemRandom, alive, say });
  const health = watched(failOpen(store, { clock, say }));
  const chain = httpChain({ east: order.place }, { health, owner, clock, keepAlive: true, patience: 10 * 60_000 });
  const push = chain.events.push.bind(chain.events);
  chain.events.push = (event) => {
    if (event.type === 'attempt-start') tell({ is: 'asks', probe: event.probe });
    return push(event);
  };
  const all = Array.from({ length: order.calls }, async (_, i) => {
    const { text } = await ask(chain, 'stream', { prompt: promptOf(`call ${i} of ${process.pid}`) });
    tell({ is: 'answered', text });
  });
  await Promise.all(all);
}

process.on('message', (order: Order) => {
  now = order.now;
  if (order.do === 'start') void start(order);
});
process.on('disconnect', () => process.exit(0));
tell({ is: 'ready' });
