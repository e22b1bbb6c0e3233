import { chain, type Chain, type ChainPorts, type ChainSettings, type Served } from './chain.ts';
import { budgeted, type BudgetPorts } from './budgeted.ts';
import { conversationText, warmthOf } from './conversation-key.ts';
import { remembering, type ConversationOf, type ConversationPorts } from './conversations.ts';
import { withLimits } from './deadline.ts';
import type { LaneRegistry } from './lane-registry.ts';
import { inLane } from './lane-wrap.ts';
import { languageModel } from './language-model.ts';
import { withObjectMode } from './object-mode.ts';
import { stack, type Ask, type Model, type ModelOptions, type Part, type Wrap } from './model.ts';
import type { Continuer } from './rules/continuing.ts';
import { optionsContinuer } from './rules/continuing-options.ts';
import { outputFor } from './rules/fit.ts';
import { LOWER_EFFORT } from './rules/empty.ts';
import { keyed, refreshable, withKey, withLiveFingerprint } from './keyed-chain.ts';
import type { LiveKey } from './live-key.ts';
import { quoted, quoteOf } from './quotes.ts';
import { firstTokenFor, limitsFor, type Limits, type Timeouts } from './rules/limits.ts';
import type { Labels } from './rules/labels.ts';
import { SCHEMA_MODE_REFUSED, SCHEMA_REFUSED, withoutSchema } from './rules/object/refused.ts';
import { livePartsReader, partsReader } from './rules/parts-reader.ts';
import type { Effort, Target } from './rules/target.ts';
import { repairOf } from './rules/transcript/repair-names.ts';

/** A target, and the way to ask it without limits, lanes or meters. */
export interface Reachable {
  readonly target: Target;
  readonly ask: Ask<ModelOptions, Part>;
  /** What the configuration sets for this target; a request's own values win. */
  readonly defaults?: Partial<ModelOptions>;
  /** Its key, where that may change while the process runs. */
  readonly key?: LiveKey;
}

export interface ModelChainSpec {
  readonly name: string;
  readonly reachable: readonly Reachable[];
  readonly settings: ChainSettings;
  readonly timeouts: Timeouts;
  /** Shared by all chains that are to share slots. */
  readonly lanes?: LaneRegistry | undefined;
}

/** The configuration's values where the request has none, and what the target can give at most. */
const withDefaults =
  (defaults: Partial<ModelOptions>): Wrap<ModelOptions, Part> =>
  (inner) =>
  (request, attempt) => {
    const asked = merged(defaults, request);
    const most = outputFor(attempt.target, {
      tokens: attempt.target.window === undefined ? 0 : attempt.facts.tokens,
      maxTokens: asked.maxOutputTokens,
    });
    return inner(most === undefined || most === asked.maxOutputTokens ? asked : { ...asked, maxOutputTokens: most }, attempt);
  };

type VendorOptions = NonNullable<ModelOptions['providerOptions']>;

/** Option by option: what a call says of itself under `providerOptions` or in headers takes nothing away from what the file sets there. */
export function merged(defaults: Partial<ModelOptions>, request: ModelOptions): ModelOptions {
  const given = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as unknown as ModelOptions;
  const vendors: VendorOptions = { ...defaults.providerOptions };
  for (const [vendor, options] of Object.entries(given.providerOptions ?? {})) vendors[vendor] = { ...vendors[vendor], ...options };
  const headers = { ...defaults.headers, ...given.headers };
  return {
    ...defaults,
    ...given,
    ...(Object.keys(vendors).length > 0 && { providerOptions: vendors }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

const LOWER: Readonly<Record<Effort, Effort>> = {
  none: 'none',
  minimal: 'none',
  low: 'minimal',
  medium: 'low',
  high: 'low',
  xhigh: 'medium',
  max: 'medium',
};

/** Whether a target goes on from a beginning, and with what it must not be asked, depends on its own settings too. */
const withSettings = (
  continuer: Continuer<ModelOptions>,
  own: (target: Target, request: ModelOptions) => ModelOptions,
): Continuer<ModelOptions> => ({
  ...continuer,
  ask: (request, cut, way, target) => continuer.ask(own(target, request), cut, way, target),
  prefills: (request, target) => continuer.prefills(own(target, request), target),
});

/** E4: reasoning that ate the budget is asked to be shorter. Any other repair is made where the request is fitted to its target (T3). */
export function repaired(request: ModelOptions, repair: string, target: Target): ModelOptions | undefined {
  if (repair === SCHEMA_MODE_REFUSED || repair === SCHEMA_REFUSED) return withoutSchema(request);
  if (repair !== LOWER_EFFORT) return undefined;
  const effort = request.reasoning === undefined || request.reasoning === 'provider-default' ? target.effort : request.reasoning;
  return { ...request, reasoning: LOWER[effort ?? 'medium'] };
}

/** Puts a lane, limits and the key around the way to a target, whatever is asked there. */
export type Within = <R>(ask: Ask<R, Part>) => Ask<R, Part>;

/** A target of a chain of requests of any kind. */
export interface Reached<Q> {
  readonly target: Target;
  readonly key?: LiveKey | undefined;
  readonly ask: (within: Within) => Ask<Q, Part>;
}

export interface PartChainSpec<Q> extends Omit<ModelChainSpec, 'reachable'> {
  readonly reached: readonly Reached<Q>[];
  readonly continuer: Continuer<Q>;
  /** The request after a repair that is not made by who asks the target. */
  readonly repair: (request: Q, repair: string, target: Target) => Q | undefined;
}

/**
 * The one place where the order of the wraps is written: chain ⊃ what a target makes of the request ⊃ lane ⊃ deadline ⊃ key ⊃ provider. The lane is
 * outside the deadline: time in a queue is not the model's fault. What an attempt used is metered by the chain's ledger when it ends.
 */
export function partChain<Q>(chained: PartChainSpec<Q>, ports: ChainPorts): Chain<Q, Part> {
  const { name, reached, settings, timeouts, lanes, continuer, repair } = chained;
  const keys = new Map(reached.flatMap(({ target, key }) => (key ? [[target.place, key] as const] : [])));
  const isRefusal = (error: unknown, target: Target): boolean => ports.classify(error, target, ports.clock.now()).kind === 'auth';
  const limits = (target: Target, facts: Parameters<typeof limitsFor>[2]): Limits => limitsFor(timeouts, target, facts);
  const within =
    (key: LiveKey | undefined): Within =>
    <R>(ask: Ask<R, Part>): Ask<R, Part> => {
      const limited = withLimits<R, Part>(ports.clock, limits);
      const wraps: Wrap<R, Part>[] = key ? [limited, withKey<R>(key, isRefusal)] : [limited];
      if (lanes) wraps.unshift(inLane<R, Part>(lanes, { clock: ports.clock, classify: ports.classify, limitsOf: limits }));
      return stack(ask, ...wraps);
    };
  const served = reached.map(({ target, ask, key }): Served<Q, Part> => {
    const fitted = lanes ? lanes.fitted(target, timeouts) : target;
    return { target: key ? withLiveFingerprint(fitted, key) : fitted, ask: ask(within(key)) };
  });
  const firstToken = (target: Target, facts: Parameters<typeof limitsFor>[2]): number => firstTokenFor(timeouts, target, facts);
  const classify: ChainPorts['classify'] = (error, target, now) => refreshable(ports.classify(error, target, now), keys.get(target.place));
  const reader = settings.toolDeltas === 'live' ? livePartsReader : partsReader;
  const spec = { name, served, reader, continuer, settings, firstToken, repairOf, repair };
  return keyed(chain(spec, { ...ports, classify }), keys, ports.health);
}

/** What is made of the AI SDK's options for one target: JSON as it can give it, and what the configuration sets for it. */
export const asConfigured = (ask: Ask<ModelOptions, Part>, defaults: Partial<ModelOptions> = {}): Ask<ModelOptions, Part> =>
  stack(ask, withObjectMode(), ...(Object.keys(defaults).length > 0 ? [withDefaults(defaults)] : []));

export function modelChain({ reachable, ...spec }: ModelChainSpec, ports: ChainPorts): Chain<ModelOptions, Part> {
  const own = (target: Target, request: ModelOptions): ModelOptions => merged(reachable[target.place]?.defaults ?? {}, request);
  const reached = reachable.map(({ target, ask, defaults, key }): Reached<ModelOptions> => ({
    target,
    key,
    ask: (within) => asConfigured(within(ask), defaults),
  }));
  return partChain({ ...spec, reached, continuer: withSettings(optionsContinuer, own), repair: repaired }, ports);
}

export interface ModelPorts extends ChainPorts, ConversationPorts {
  /** Without it a call may spend anything. */
  readonly budget?: BudgetPorts;
  /** The labels that hold where a call begins; it must not throw. */
  readonly ambient?: () => Labels;
}

/** What a conversation is known by, read from the AI SDK's options. */
const OPTIONS: ConversationOf<ModelOptions> = { text: conversationText, warmth: warmthOf };

/** Many models as one AI SDK model. */
export function composeModel(spec: ModelChainSpec, ports: ModelPorts): Model {
  const asked = spec.reachable.map(({ defaults }) => defaults?.maxOutputTokens);
  const chain = budgeted(modelChain(spec, ports), asked, ports.budget);
  const kept = remembering(chain, spec.settings.returnToPrimary ?? 'when_cool', ports, OPTIONS);
  return quoted(languageModel(kept, ports.hash, ports.ambient), quoteOf(chain.targets, asked));
}
