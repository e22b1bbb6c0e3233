import assert from 'node:assert/strict';
import { isCallFailure, type CallEvent, type CallFailure, type CallRecord, type HealthStore } from '@holdfast/core';
import {
  askModel,
  classify,
  composeModel,
  MemoryHealth,
  Moving,
  openModel,
  resolveProvider,
  systemClock,
  systemNewId,
  transport,
  type Clock,
  type Fetch,
  type Model,
  type Part,
  type Reachable,
  type Target,
  type Timeouts,
  type Transport,
} from '@holdfast/core/engine';
import { labProvider, type Fault, type LabProvider, type LabProviderOptions, type Outage, type ProtocolName } from '@holdfast/lab';
import { Agent, fetch as undiciFetch } from 'undici';

/** The ways to speak to a provider: a protocol, and for chat completions the package that does it. */
export const APIS = ['openai-compatible', 'openai', 'anthropic', 'openai-responses', 'google'] as const;
export type Api = (typeof APIS)[number];

export const PROTOCOL_OF: Readonly<Record<Api, ProtocolName>> = {
  'openai-compatible': 'openai-chat',
  openai: 'openai-chat',
  anthropic: 'anthropic-messages',
  'openai-responses': 'openai-responses',
  google: 'google',
};

type Prompt = Parameters<Model['doStream']>[0]['prompt'];

export const promptOf = (text: string): Prompt => [{ role: 'user', content: [{ type: 'text', text }] }];
export const PROMPT = promptOf('tell me');
export const AFTER_TOOL: Prompt = [
  ...PROMPT,
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'lookup', input: { query: 'x' } }] },
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'lookup', output: { type: 'text', value: 'y' } }] },
];

const QUERY = { type: 'object' as const, properties: { query: { type: 'string' as const } }, required: ['query'] };
export const TOOLS = [{ type: 'function' as const, name: 'lookup', description: 'looks something up', inputSchema: QUERY }];

/** One provider of the scene, and the target that asks it. */
export interface Place extends Partial<Omit<LabProviderOptions, 'name' | 'protocol' | 'outage'>> {
  readonly api: Api;
  /** What happens to every request; `outage` says more. */
  readonly fault?: Fault;
  readonly outage?: Outage['rules'];
  readonly target?: Partial<Target>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The key that is sent. */
  readonly sends?: string;
  /** Where it is asked instead of where the lab answers. */
  readonly at?: string;
}

export interface SceneOptions {
  readonly onPartial?: 'continue' | 'restart' | 'fail';
  readonly retries?: number;
  readonly maxAttempts?: number;
  readonly patience?: number;
  readonly total?: number;
  readonly timeouts?: Timeouts;
  readonly health?: HealthStore;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Connections are kept, as in life; without it each serves one request, and one that stays open is one that was forgotten. */
  readonly keepAlive?: boolean;
  readonly connect?: number;
  /** Who holds a probe's lease. */
  readonly owner?: string;
}

/** A chain over servers that exist. */
export interface HttpChain extends AsyncDisposable {
  readonly model: Model;
  readonly events: CallEvent[];
  readonly health: HealthStore;
  /** Scopes that rest, with the kind of failure. */
  rests(): Promise<readonly string[]>;
}

export interface HttpScene extends HttpChain {
  readonly providers: Readonly<Record<string, LabProvider>>;
  /** Resolves when nothing of any call is left at any provider. */
  over(): Promise<void>;
}

/** Each place is asked at its `at`. Needs no test runner: a second process uses it too. */
export function httpChain(places: Readonly<Record<string, Place>>, options: SceneOptions = {}): HttpChain {
  const { clock = systemClock, random = () => 0, health = new MemoryHealth(), keepAlive = false, owner = 'scene' } = options;
  const limits = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: options.connect ?? 10_000 } };
  const agent = new Agent({ ...limits, ...(!keepAlive && { pipelining: 0 }) });
  const wire = transport({ fetch: through(agent), clock });
  const moving = new Moving({ now: () => clock.now(), makers: true });
  const reachable = Object.entries(places).map(([name, place], n) => reach(name, place, { wire, moving }, n));
  const events: CallEvent[] = [];
  const settings = {
    retries: options.retries ?? 2,
    maxAttempts: options.maxAttempts ?? 20,
    patience: options.patience ?? 30_000,
    total: options.total ?? 15 * 60_000,
    onPartial: options.onPartial ?? ('restart' as const),
    onRefusal: 'pass' as const,
  };
  const model = composeModel(
    { name: 'scene', reachable, settings, timeouts: options.timeouts ?? {} },
    {
      clock,
      random,
      newId: systemNewId,
      owner,
      health,
      hash: (text) => `#${text.length}:${text.slice(-80)}`,
      emit: (event) => events.push(event),
      classify: (error, { protocol, entry, model: id }, now) => classify(error, { protocol, provider: entry, model: id, now }),
    },
  );
  return {
    model,
    events,
    health,
    rests: async () => (await health.list()).flatMap(({ scope, belief }) => (belief.tag === 'cool' ? [] : `${scope} ${belief.why.kind}`)),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

/** Providers over real HTTP behind one chain, in the order in which they are written. */
export async function httpScene(places: Readonly<Record<string, Place>>, options: SceneOptions = {}): Promise<HttpScene> {
  const providers: Record<string, LabProvider> = {};
  const at: Record<string, Place> = {};
  for (const [name, place] of Object.entries(places)) {
    const { api, fault, outage = [], target: _, headers: _h, sends: _s, at: _a, ...more } = place;
    const rules = [...outage, ...(fault ? [{ target: name, fault }] : [])];
    const provider = (providers[name] = await labProvider({ ...more, name, protocol: PROTOCOL_OF[api], outage: { rules } }));
    at[name] = { ...place, at: place.at ?? provider.url };
  }
  const chain = httpChain(at, options);
  const all = Object.values(providers);
  return {
    ...chain,
    providers,
    over: async () => {
      await Promise.all(all.map((provider) => provider.drained()));
      for (const { requests } of all)
        assert.deepEqual(
          requests.filter(({ state }) => state === 'open'),
          [],
        );
    },
    [Symbol.asyncDispose]: async () => {
      await chain[Symbol.asyncDispose]();
      await Promise.all(all.map((provider) => provider.close()));
    },
  };
}

const through =
  (dispatcher: Agent): Fetch =>
  (input, init) =>
    undiciFetch(input as Parameters<typeof undiciFetch>[0], {
      ...(init as Parameters<typeof undiciFetch>[1]),
      dispatcher,
    }) as unknown as Promise<Response>;

export const MODEL = 'small-1';

function reach(
  name: string,
  { api, target, headers, sends = `lab-key-of-${name}`, at = '' }: Place,
  { wire, moving }: { readonly wire: Transport; readonly moving: Moving },
  place: number,
): Reachable {
  const variable = `${name.toUpperCase()}_KEY`;
  const entry = { name, api: PROTOCOL_OF[api], base_url: at, token_key: variable, ...(headers && { headers }) };
  const resolved = resolveProvider(entry, (wanted) => (wanted === variable ? sends : undefined));
  if ('error' in resolved) throw new Error(resolved.error.message);
  const { ok: provider } = resolved;
  const chat = api === 'openai' || api === 'openai-compatible' ? { chat: api } : {};
  const open = () => openModel(provider, MODEL, { fetch: wire.fetch, ...chat });
  const { credential, account } = provider.keys[0]!;
  return {
    target: {
      place,
      ref: `${name}/${MODEL}`,
      entry: name,
      model: MODEL,
      protocol: provider.protocol,
      credential,
      account,
      group: MODEL,
      loopback: true,
      ...target,
    },
    ask: askModel(open, { transport: wire, moving }),
  };
}

/** The six scope ids of a provider of the scene, by level. */
export const scopesAt = (name: string, key = `${name}#${name.toUpperCase()}_KEY`) => ({
  endpoint: `endpoint:${name}`,
  'endpoint/model': `endpoint:${name}/${MODEL}`,
  account: `account:${key}`,
  'account/group': `account:${key}/${MODEL}`,
  credential: `credential:${key}`,
  'credential/model': `credential:${key}/${MODEL}`,
});

/** What a consumer who understands withdrawals is left with. */
export interface Told {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly finish: string | undefined;
  readonly record: CallRecord | undefined;
  readonly failure: CallFailure | undefined;
  readonly withdrawn: number;
}

/** Reads a stream as its laws have it: blocks open and close once, a withdrawal finds none open, nothing follows the end. */
export class Listener {
  text = '';
  reasoning = '';
  calls: { name: string; input: unknown }[] = [];
  finish: string | undefined;
  record: CallRecord | undefined;
  failure: CallFailure | undefined;
  withdrawn = 0;
  readonly #open = new Set<string>();

  hear(part: Part): void {
    assert.equal(this.finish ?? this.failure, undefined, `a part after the end: ${part.type}`);
    if (part.type.endsWith('-start') && 'id' in part) this.#start(`${part.type.slice(0, -6)} ${part.id}`);
    if (part.type.endsWith('-end') && 'id' in part)
      assert(this.#open.delete(`${part.type.slice(0, -4)} ${part.id}`), `${part.type} of nothing`);
    if ('delta' in part) assert(this.#open.has(`${part.type.slice(0, -6)} ${part.id}`), `${part.type} of nothing`);
    if (part.type === 'text-delta') this.text += part.delta;
    if (part.type === 'reasoning-delta') this.reasoning += part.delta;
    if (part.type === 'tool-call') this.calls.push({ name: part.toolName, input: JSON.parse(part.input) });
    if (part.type === 'finish') this.#finished(part);
    if (part.type === 'raw') this.#raw(part.rawValue);
    if (part.type === 'error') {
      if (!isCallFailure(part.error)) throw part.error;
      this.failure = part.error;
    }
  }

  #start(block: string): void {
    assert(!this.#open.has(block), `${block} is opened twice`);
    this.#open.add(block);
  }

  #finished(part: Extract<Part, { type: 'finish' }>): void {
    assert.deepEqual([...this.#open], [], 'a block is open at the finish');
    this.finish = part.finishReason.unified;
    this.record = part.providerMetadata?.['holdfast'] as unknown as CallRecord;
  }

  #raw(value: unknown): void {
    const { holdfast } = value as { holdfast?: { type: string; attempt: unknown; failure: { kind: unknown } } };
    assert.equal(holdfast?.type, 'withdrawn');
    assert.equal(typeof holdfast.attempt, 'number');
    assert.equal(typeof holdfast.failure.kind, 'string');
    assert.deepEqual([...this.#open], [], 'a block is open at a withdrawal');
    assert.deepEqual(this.calls, [], 'a call was handed out before a withdrawal');
    this.withdrawn++;
    this.text = this.reasoning = '';
  }
}

async function tell(stream: ReadableStream<Part>): Promise<Told> {
  const listener = new Listener();
  for await (const part of stream) listener.hear(part);
  return listener;
}

type Options = Parameters<Model['doStream']>[0];

/** Streams: whole answer read. `generate`: the caller does not stream. */
export async function ask(
  { model }: Pick<HttpScene, 'model'>,
  how: 'stream' | 'generate' = 'stream',
  options: Partial<Options> = {},
): Promise<Told> {
  const asked: Options = { prompt: PROMPT, tools: TOOLS, ...options };
  if (how === 'stream') return tell((await model.doStream(asked)).stream);
  const { content, finishReason, providerMetadata } = await model.doGenerate(asked);
  const textOf = (wanted: 'text' | 'reasoning') => content.map((part) => (part.type === wanted ? part.text : '')).join('');
  return {
    text: textOf('text'),
    reasoning: textOf('reasoning'),
    calls: content.flatMap((part) => (part.type === 'tool-call' ? [{ name: part.toolName, input: JSON.parse(part.input) }] : [])),
    finish: finishReason.unified,
    record: providerMetadata?.['holdfast'] as unknown as CallRecord,
    failure: undefined,
    withdrawn: 0,
  };
}

/** The failure a promise rejects with. */
export const failureOf = async (work: PromiseLike<unknown>): Promise<CallFailure> =>
  Promise.resolve(work).then(
    () => {
      throw new Error('it answered');
    },
    (error: unknown) => {
      if (isCallFailure(error)) return error;
      throw error;
    },
  );

const TURNS = 200;

/** What keeps the process alive and could be ours: timers and sockets. */
export const holds = (): readonly string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /Timeout|Immediate|TCP|Connect/.test(name))
    .toSorted();

/** The process holds no more than it did before. A closed handle may take a few turns of the loop to be gone. */
export async function letGo(held: readonly string[]): Promise<void> {
  const more = (): readonly string[] => {
    const left = [...holds()];
    for (const name of held) if (left.includes(name)) left.splice(left.indexOf(name), 1);
    return left;
  };
  for (let turn = 0; turn < TURNS && more().length > 0; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(more(), []);
}
