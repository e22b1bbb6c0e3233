import { join } from 'node:path';
import type { UpstreamState } from './processes/upstream.ts';
import { CORE, spawned } from './spawned.ts';
import type { Upstreams } from './subjects.ts';

export interface Upstream extends AsyncDisposable {
  readonly ports: Upstreams;
  state(): Promise<UpstreamState>;
  /** What was left so far is not told again. */
  forget(): Promise<void>;
}

/** The upstream in its own process, on the load's core. */
export async function startUpstream(): Promise<Upstream> {
  const script = join(import.meta.dirname, 'processes', 'upstream.ts');
  const child = await spawned(process.execPath, [script], { core: CORE.load, ready: /ready (\{.*\})/, talks: true });
  const tell = (word: 'state' | 'forget') =>
    new Promise<UpstreamState>((resolve) => {
      child.process.once('message', (state) => resolve(state as UpstreamState));
      child.process.send(word);
    });
  return {
    ports: JSON.parse(child.said[1]!) as Upstreams,
    state: () => tell('state'),
    forget: async () => void (await tell('forget')),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
