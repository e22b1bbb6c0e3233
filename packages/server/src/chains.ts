import type { AgentFile, ChainSpec } from '@holdfast/agent/engine';
import {
  asConfigured,
  budgeted,
  CHAIN_DEFAULTS,
  classify,
  conversationText,
  DEFAULT_CONNECT,
  laneRegistry,
  merged,
  optionsContinuer,
  partChain,
  remembering,
  repairedOptions,
  warmthOf,
  type AffinityStore,
  type Ask,
  type BudgetStore,
  type Chain,
  type ChainPorts,
  type ConversationOf,
  type LaneRegistry,
  type ModelFailure,
  type Moving,
  type Part,
  type Reached,
  type Target,
  type UserRow,
} from '@holdfast/core/engine';
import type { NativeAsk } from '@holdfast/core/wire';
import type { Upstream } from './io/upstream.ts';
import { passAsk } from './pass-ask.ts';
import type { ReachedTarget } from './reached.ts';
import { isNative } from './rules/native-defaults.ts';
import { wireContinuer } from './wire-continuer.ts';
import type { WireRequest } from './wire-request.ts';

export type WireChain = Chain<WireRequest, Part>;

/** A chain, and the targets it asks. */
export interface ReachedChain {
  readonly chain: WireChain;
  readonly places: readonly ReachedTarget[];
}

export interface ChainsPorts extends Omit<ChainPorts, 'classify'> {
  readonly hash: (text: string) => string;
  readonly affinity: AffinityStore;
  readonly budgets: BudgetStore;
  readonly moving: Moving;
  /** Makes targets of what the file says; rejects where a key, a consent or a package is missing. */
  readonly reach: (chain: ChainSpec, file: AgentFile) => Promise<readonly ReachedTarget[]>;
  /** The client for providers that speak a client's protocol; `connect` in ms. One each, for as long as the gateway lives. */
  readonly upstream: (connect: number) => Upstream;
  readonly foreignFor: (request: WireRequest, target: Target) => Promise<NativeAsk['foreign']> | NativeAsk['foreign'];
  /** A failure with what people can change named. */
  readonly named?: (failure: ModelFailure, target: Target) => ModelFailure;
}

/** As many composed chains as are kept: a client that invents references keeps none of them for ever. */
const MOST = 200;

/** A conversation is known by its session key; without one it must be read. */
const CONVERSATION: ConversationOf<WireRequest> = {
  text: (request, session) =>
    session !== undefined && session.trim() !== '' ? `session ${session}` : conversationText(request.options, undefined),
  warmth: (request) => warmthOf(request.options),
};

/** The chains of one file, made when they are first asked for. */
export class Chains {
  readonly file: AgentFile;
  readonly #ports: ChainsPorts;
  readonly #lanes: LaneRegistry | undefined;
  readonly #known = new Map<string, Promise<ReachedChain>>();

  constructor(file: AgentFile, ports: ChainsPorts) {
    this.file = file;
    this.#ports = ports;
    this.#lanes = Object.keys(file.lanes).length > 0 ? laneRegistry(file.lanes) : undefined;
  }

  /** One that could not be made is made again when it is next asked for. */
  of(spec: ChainSpec): Promise<ReachedChain> {
    const known = this.#known.get(spec.name);
    if (known) return known;
    const made = this.#make(spec);
    this.#known.set(spec.name, made);
    made.catch(() => this.#known.delete(spec.name));
    const [oldest] = this.#known.size > MOST ? this.#known.keys() : [];
    if (oldest !== undefined) this.#known.delete(oldest);
    return made;
  }

  async #make(spec: ChainSpec): Promise<ReachedChain> {
    const { file } = this;
    const ports = this.#ports;
    const { settings } = spec;
    const userRows = file.classify as readonly UserRow[];
    const places = await ports.reach(spec, file);
    const upstream = ports.upstream(settings.timeouts?.connect ?? DEFAULT_CONNECT);
    const pass = { upstream, clock: ports.clock, rows: userRows, moving: ports.moving, foreignFor: ports.foreignFor };
    const reached = places.map((one, place): Reached<WireRequest> => {
      const target = { ...one.target, place };
      return {
        target,
        key: one.live,
        ask: (within) => eitherWay(one, within(passAsk(one, pass)), asConfigured(within(one.ask), one.defaults)),
      };
    });
    const asked = places.map(({ defaults }) => defaults.maxOutputTokens);
    const chain = partChain<WireRequest>(
      {
        name: spec.name,
        reached,
        settings: {
          ...CHAIN_DEFAULTS,
          onPartial: 'continue',
          ...definedOf(settings),
          // Only a client that says so can take back what it was shown (note 33).
          ...(settings.onPartial === 'restart' && { onPartial: 'continue' as const }),
          total: settings.timeouts?.total ?? CHAIN_DEFAULTS.total,
        },
        timeouts: settings.timeouts ?? {},
        lanes: this.#lanes,
        continuer: {
          ...wireContinuer,
          prefills: (request, target) => optionsContinuer.prefills(merged(places[target.place]!.defaults, request.options), target),
        },
        repair: (request, repair, target) => {
          const lowered = repairedOptions(request.options, repair, target);
          return lowered && request.with({ lowered: lowered.reasoning, options: lowered });
        },
      },
      {
        ...ports,
        classify: (error, target, now) => {
          const failure = classify(error, { protocol: target.protocol, provider: target.entry, model: target.model, now, userRows });
          return ports.named?.(failure, target) ?? failure;
        },
      },
    );
    const { budgets } = file;
    const purse =
      budgets.length === 0 ? undefined : { budgets, store: ports.budgets, clock: ports.clock, newId: ports.newId, owner: ports.owner };
    const kept = remembering(budgeted(chain, asked, purse), settings.returnToPrimary ?? 'when_cool', ports, CONVERSATION);
    return { chain: kept, places };
  }
}

/** The client's bytes where the target speaks its protocol, else its request in the AI SDK's words. */
function eitherWay(
  { defaults }: ReachedTarget,
  native: Ask<WireRequest, Part>,
  translated: ReturnType<typeof asConfigured>,
): Ask<WireRequest, Part> {
  return (request, attempt) => {
    const { name } = request.protocol;
    const { target } = attempt;
    if (target.protocol === name && isNative(name, request.body.json, defaults, target.effort)) return native(request, attempt);
    return translated(
      request.goingOn ? request.with({ options: merged(defaults, request.options) }).optionsFor(target) : request.optionsFor(target),
      attempt,
    );
  };
}

const definedOf = <T extends object>(settings: T): T =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
