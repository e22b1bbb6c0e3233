import type { AgentFile, ChainSpec } from '@holdfast/agent/engine';
import {
  asConfigured,
  budgeted,
  CHAIN_DEFAULTS,
  classify,
  DEFAULT_CONNECT,
  laneRegistry,
  merged,
  ModelFailure,
  optionsContinuer,
  partChain,
  remembering,
  repairedOptions,
  WARM,
  WARM_LONG,
  type AffinityStore,
  type Ask,
  type BudgetStore,
  type Chain,
  type ChainPorts,
  type ConversationOf,
  type Environment,
  type LaneRegistry,
  type Moving,
  type Part,
  type Reached,
  type Target,
  type UserRow,
} from '@holdfast/core/engine';
import type { NativeAsk } from '@holdfast/core/wire';
import { chainFor } from './chain-for.ts';
import type { Upstream } from './io/upstream.ts';
import { conversationText } from './rules/conversation-text.ts';
import { passAsk } from './passthrough/pass-ask.ts';
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
  readonly env: Environment;
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

/** As many chains of references that clients wrote are kept beside those of the file's own names: who invents names keeps none of them for ever. */
const MOST = 200;

/** A cache that is asked for an hour; in a text its quotes are escaped. */
const HOUR = Buffer.from('"1h"');

/** A conversation is known by its session key, else by its beginning as it stands in the body. */
const CONVERSATION: ConversationOf<WireRequest> = {
  text: ({ protocol, body }, session) =>
    session !== undefined && session.trim() !== '' ? `session ${session}` : conversationText(protocol.name, body.json),
  warmth: ({ body }) => (body.bytes.includes(HOUR) ? WARM_LONG : WARM),
};

/** The chains of one file, made when they are first asked for. */
export class Chains {
  readonly file: AgentFile;
  readonly #ports: ChainsPorts;
  readonly #lanes: LaneRegistry | undefined;
  /** By reference: a tier with an effort behind it is another chain than the tier alone, of the same name. */
  readonly #known = new Map<string, Promise<ReachedChain>>();
  /** By what clients wrote. */
  readonly #refs = new Map<string, string>();

  constructor(file: AgentFile, ports: ChainsPorts) {
    this.file = file;
    this.#ports = ports;
    this.#lanes = Object.keys(file.lanes).length > 0 ? laneRegistry(file.lanes) : undefined;
  }

  /** What a name was found to mean for whoever may ask for anything. */
  refOf(model: string): string | undefined {
    return this.#refs.get(model);
  }

  /** The chain of a reference that `resolveModel` gave for what a client called `model`. One that could not be made is made again when it is next asked for. */
  of(ref: string, model = ref): Promise<ReachedChain> {
    if (this.#refs.size >= MOST) this.#refs.clear();
    this.#refs.set(model, ref);
    const known = this.#known.get(ref);
    if (known) return known;
    const made = this.#make(ref);
    this.#known.set(ref, made);
    made.catch(() => this.#known.get(ref) === made && this.#known.delete(ref));
    this.#forgetOne();
    return made;
  }

  #forgetOne(): void {
    const { tiers, models } = this.file;
    if (this.#known.size <= MOST + tiers.size + models.size) return;
    for (const ref of this.#known.keys()) if (!tiers.has(ref) && !models.has(ref)) return void this.#known.delete(ref);
  }

  async #make(ref: string): Promise<ReachedChain> {
    const { file } = this;
    const ports = this.#ports;
    const spec = chainFor(file, ref, ports.env);
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
