import type { Handle } from '../drive.ts';
import type { Reap } from '../ports.ts';
import { callerOf } from '../rules/owed-call.ts';
import type { Scope } from '../scope.ts';

/** A process that outlived the one that had started it is killed before anybody decides whether its call runs again. */
export const unfinishedHandler =
  ({ toolbox }: Scope, reap: Reap): Handle<'unfinished'> =>
  async ({ state, calls }, signal) => {
    const tools = await toolbox(callerOf(state)).all(signal);
    return Promise.all(
      calls.map(async ({ id, name }) => {
        const stamp = state.owed.find(({ call }) => call.id === id)?.started?.process;
        return { id, idempotent: tools.get(name)?.idempotent ?? false, killed: stamp ? await reap(stamp) : false };
      }),
    );
  };
