import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A store that lives in another process, and who that is. */
export interface RemoteStore<S> {
  readonly store: S;
  readonly owner: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts `worker` with a state folder and answers a store whose verbs it does. */
export async function remoteStore<S extends object>(worker: string, folder: string): Promise<RemoteStore<S>> {
  const child = fork(new URL(worker, import.meta.url), [folder], { execArgv: [], serialization: 'advanced' });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const gone = once(child, 'exit');
  const ready = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }));
  child.on('message', (reply: { id: number; answer?: unknown; error?: string }) => {
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.error === undefined) one?.resolve(reply.answer);
    else one?.reject(new Error(reply.error));
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the worker is gone'));
  });
  let last = 0;
  const ask = (verb: string | symbol, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, verb, args });
    });
  const store = new Proxy({} as S, {
    get:
      (_, verb) =>
      (...args: unknown[]) =>
        ask(verb, args),
  });
  const owner = (await ready) as string;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return { store, owner, child, stop };
}
