/** The two gateways, each a process of its own, told the same: two targets in this order, one more try, limits of the same length. */
import { KEY, started } from '../../packages/server/test/served.ts';
import { portkeyProcess } from '../gateway/subjects.ts';

/** Ms to the first content and between two pieces of it; of Portkey, to the head of an answer: the limit that it has. */
export const LIMIT = 500;
/** Of a whole answer. */
const ATTEMPT = 1000;
export const RETRIES = 1;

/** The base URLs of the targets of each case. */
export type Targets = Readonly<Record<string, readonly [first: string, second: string]>>;

export interface Front extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** What it printed so far. */
  words(): string;
  /** How a case is asked for. */
  ask(id: string): { readonly model: string; readonly headers: Readonly<Record<string, string>> };
}

const MODEL = 'small-1';

async function holdfast(targets: Targets): Promise<Front> {
  const ids = Object.keys(targets);
  const nameOf = (id: string, place: number) => `${id}-${place}`;
  const provider = (url: string) => ({ api: 'openai-chat', base_url: url, token_key: 'LAB_KEY' });
  const timeouts = { first_token: `${LIMIT}ms`, stall: `${LIMIT}ms`, attempt: `${ATTEMPT}ms` };
  const tier = (id: string) => ({ models: [0, 1].map((place) => `${nameOf(id, place)}/${MODEL}`), retries: RETRIES, timeouts });
  const served = await started(
    {
      providers: Object.fromEntries(ids.flatMap((id) => targets[id]!.map((url, place) => [nameOf(id, place), provider(url)]))),
      tiers: Object.fromEntries(ids.map((id) => [id, tier(id)])),
    },
    {},
  );
  return {
    name: 'holdfast',
    url: `${served.url}/v1/chat/completions`,
    words: () => served.err,
    ask: (id) => ({ model: id, headers: {} }),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

async function portkey(targets: Targets): Promise<Front> {
  const { child, origin } = await portkeyProcess();
  const config = (id: string) => ({
    strategy: { mode: 'fallback' },
    retry: { attempts: RETRIES },
    request_timeout: LIMIT,
    targets: targets[id]!.map((url) => ({ provider: 'openai', api_key: KEY, custom_host: url })),
  });
  return {
    name: 'Portkey',
    url: `${origin}/v1/chat/completions`,
    words: child.words,
    ask: (id) => ({ model: MODEL, headers: { 'x-portkey-config': JSON.stringify(config(id)) } }),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

export const FRONTS = { holdfast, Portkey: portkey } as const;
export type FrontName = keyof typeof FRONTS;
