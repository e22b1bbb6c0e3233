/**
 * The gateway as users start it: `holdfast serve` in a process of its own, over the lab's providers in this one. Needs no test runner.
 *
 * One process serves a whole table of cases: each case is a tier, each of its targets a provider entry and a model of their own, so that
 * nothing that is believed of one case is known in the next.
 */
import {
  labProvider,
  refusedUrl,
  type Asked,
  type Facts,
  type LabAnswer,
  type LabProvider,
  type ProtocolName,
  type Script,
} from '@holdfast/lab';
import { KEY, started, type Served } from './served.ts';

export { KEY } from './served.ts';

export const CLIENTS = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const;
export type Client = (typeof CLIENTS)[number];
export const UPSTREAMS: readonly ProtocolName[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'google'];

/**
 * What stands in front. `lab`: clients ask the providers themselves, in the provider's own protocol; it shows that the tests and the
 * readers are right about healthy answers. `HOLDFAST_FRONT=lab` asks for it.
 */
const FRONT: 'gateway' | 'lab' = process.env['HOLDFAST_FRONT'] === 'lab' ? 'lab' : 'gateway';
export const GATEWAY = FRONT === 'gateway';

export interface TargetSpec {
  readonly api: ProtocolName;
  readonly script?: Script<LabAnswer>;
  /** Asked there, with `/v1` or what the protocol has, instead of at the lab. */
  readonly at?: string;
  /** Nobody listens where it is asked. */
  readonly refused?: boolean;
}

export interface TierSpec {
  readonly targets: readonly TargetSpec[];
  /** More of the tier, in the words of the file. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export type Tiers = Readonly<Record<string, TierSpec>>;

export interface FrontOptions {
  /** More sections of the file. */
  readonly file?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Address {
  /** Without a path: what Anthropic's package is given. */
  readonly origin: string;
  /** With `/v1`: what the others are given. */
  readonly base: string;
  readonly model: string;
}

export interface Front extends AsyncDisposable {
  /** Where a client of this protocol asks for this tier. */
  at(tier: string, client: Client): Address;
  /** The requests that a target of the tier got, oldest first. */
  asked(tier: string, place?: number): readonly Asked[];
  /** The same of requests for a count. */
  counted(tier: string, place?: number): readonly Asked[];
  /** The first request of a target, past or to come, of which `match` holds at some moment. */
  waitFor(tier: string, match: (asked: Asked) => boolean, place?: number): Promise<Asked>;
  /** The gateway's process. */
  readonly served: Served;
  /** Its file, with other sections than those it was started with. */
  fileWith(file: Readonly<Record<string, unknown>>): unknown;
  /** What the gateway said on stderr so far. */
  readonly err: string;
  /** Its process is no more: whoever asks will wait in vain. */
  readonly gone: boolean;
}

/** A target's model at its provider. */
const idOf = (tier: string, place: number): string => `${tier}-${'abcdefgh'[place]}`;

export async function front(tiers: Tiers, options: FrontOptions = {}): Promise<Front> {
  await using made = new AsyncDisposableStack();
  const providers = await providersOf(tiers, made);
  const nowhere = made.use(await refusedUrl());
  const urlOf = ({ api, at, refused }: TargetSpec): string => at ?? (refused ? nowhere.url : providers.get(api)!.url);
  const process = GATEWAY ? made.use(await started(fileOf(tiers, urlOf, options), options)) : undefined;
  const kept = made.move();
  return {
    at: (tier, client) => {
      if (process) return { origin: process.url, base: `${process.url}/v1`, model: tier };
      const [target] = tiers[tier]!.targets;
      if (target?.api !== client) throw new Error(`without a gateway nobody speaks ${client} for ${tier}`);
      const base = urlOf(target);
      return { origin: base.replace(/\/v1$/, ''), base, model: idOf(tier, 0) };
    },
    asked: (tier, place = 0) => {
      const { api } = tiers[tier]!.targets[place]!;
      return providers.get(api)!.requests.filter(({ facts }) => facts?.model === idOf(tier, place));
    },
    counted: (tier, place = 0) => {
      const { api } = tiers[tier]!.targets[place]!;
      return providers
        .get(api)!
        .requests.filter(({ nth, body }) => nth === 0 && (body as { model?: unknown })?.model === idOf(tier, place));
    },
    waitFor: (tier, match, place = 0) => {
      const { api } = tiers[tier]!.targets[place]!;
      return providers.get(api)!.waitFor((asked) => asked.facts?.model === idOf(tier, place) && match(asked));
    },
    get served() {
      if (!process) throw new Error('there is no gateway');
      return process;
    },
    fileWith: (file) => fileOf(tiers, urlOf, { file }),
    get err() {
      return process?.err ?? '';
    },
    get gone() {
      return process?.gone ?? false;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** One provider of each protocol has all models of all tiers; what it answers depends on the model. */
async function providersOf(tiers: Tiers, made: AsyncDisposableStack): Promise<ReadonlyMap<ProtocolName, LabProvider>> {
  const scripts = new Map(
    Object.entries(tiers).flatMap(([tier, { targets }]) => targets.map(({ script = {} }, place) => [idOf(tier, place), script] as const)),
  );
  const script = (facts: Facts): LabAnswer => {
    const own = scripts.get(facts.model);
    if (own === undefined) return { fault: { do: 'status', reason: 'model-missing' } };
    return typeof own === 'function' ? own(facts) : own;
  };
  const apis = new Set(Object.values(tiers).flatMap(({ targets }) => targets.map(({ api }) => api)));
  const entries = [...apis].map(async (api) => [api, made.use(await labProvider({ name: api, protocol: api, key: KEY, script }))] as const);
  return new Map(await Promise.all(entries));
}

function fileOf(tiers: Tiers, urlOf: (target: TargetSpec) => string, { file }: FrontOptions): unknown {
  const list = Object.entries(tiers);
  const entry = (target: TargetSpec) => ({ api: target.api, base_url: urlOf(target), token_key: 'LAB_KEY' });
  return {
    providers: Object.fromEntries(list.flatMap(([tier, { targets }]) => targets.map((one, n) => [idOf(tier, n), entry(one)]))),
    tiers: Object.fromEntries(
      list.map(([tier, { targets, settings }]) => [
        tier,
        { models: targets.map((_, n) => `${idOf(tier, n)}/${idOf(tier, n)}`), ...settings },
      ]),
    ),
    ...file,
  };
}
