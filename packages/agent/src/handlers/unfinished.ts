import type { Handle } from '../drive.ts';
import type { Reap, Tool } from '../ports.ts';

/** A process that outlived the one that had started it is killed before anybody decides whether its call runs again. */
export const unfinishedHandler =
  (tools: ReadonlyMap<string, Tool>, reap: Reap): Handle<'unfinished'> =>
  async ({ state, calls }) =>
    Promise.all(
      calls.map(async ({ id, name }) => {
        const stamp = state.owed.find(({ call }) => call.id === id)?.started?.process;
        return { id, idempotent: tools.get(name)?.idempotent ?? false, killed: stamp ? await reap(stamp) : false };
      }),
    );
