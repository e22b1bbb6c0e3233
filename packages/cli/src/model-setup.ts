import type { AgentFile, ChainSpec, ChainTarget } from '@holdfast/agent/engine';
import {
  askModel,
  type LiveKey,
  openedWith,
  classify,
  composeModel,
  DEFAULT_CONNECT,
  Machine,
  laneRegistry,
  openModel,
  processIdentity,
  resolveProvider,
  systemClock,
  systemNewId,
  systemRandom,
  transport,
  withoutLong,
  type AffinityStore,
  type Credential,
  type KeySource,
  type BudgetPorts,
  type BudgetStore,
  type Emit,
  type HealthStore,
  type LaneRegistry,
  Moving,
  wakingBy,
  type Model,
  type MovingStore,
  type Reachable,
  type ResolvedKey,
  type ResolvedProvider,
  type Target,
  type UserRow,
} from '@holdfast/core/engine';
import { alloy } from './alloy.ts';
import { chainSettings } from './chain-settings.ts';
import { defaultsOf } from './model-defaults.ts';
import { CommandError, EXIT } from './context.ts';
import { runBudgets, unpricedBar } from './run-budgets.ts';
import { providerFetch } from './io/provider-fetch.ts';
import { liveKeys } from './live-keys.ts';
import { namedKeys, namingKey, type NamedKeys } from './named-keys.ts';
import { targetOf } from './target-facts.ts';

export interface ModelPorts {
  readonly env: (name: string) => string | undefined;
  readonly health: HealthStore;
  /** Which repairs models needed. */
  readonly moving?: MovingStore;
  readonly affinity: AffinityStore;
  readonly budgets: BudgetStore;
  /** Whose calls they are. */
  readonly caller?: string;
  readonly hash: (text: string) => string;
  readonly emit: Emit;
  /** Every secret that leaves in a request is known to the registry first. */
  readonly secret: (name: string, value: string) => void;
  /** A key that is read or printed when it is needed. */
  readonly keySource: (source: KeySource) => Credential;
  /** Shared by all chains of the process; default: those of the file, for this chain. */
  readonly lanes?: LaneRegistry;
  /** Consent to send a key to a host, or an error with the way out. */
  readonly consent: (providers: readonly ResolvedProvider[]) => Promise<void>;
}

export interface ChainModel {
  readonly model: Model;
  readonly keys: NamedKeys;
  close(): Promise<void>;
}

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** The models of a chain as one. Nothing is asked, and no vendor package loaded, before the first call. */
export async function chainModel(chain: ChainSpec, file: AgentFile, ports: ModelPorts): Promise<ChainModel> {
  const { settings } = chain;
  const resolved = chain.targets.map((target) => ({ target, provider: resolve(target, ports) }));
  await ports.consent(resolved.map(({ provider }) => provider));
  const proxies = PROXIES.flatMap((name) => ports.env(name) ?? []).filter((url) => url !== '');
  const client = providerFetch({ connect: settings.timeouts?.connect ?? DEFAULT_CONNECT, proxied: proxies.length > 0 });
  const machine = new Machine(systemClock, proxies);
  const userRows: readonly UserRow[] = file.classify as readonly UserRow[];
  const wire = transport({ fetch: client.fetch, clock: systemClock, rows: userRows });
  const liveKey = liveKeys(ports);
  // The run loop says of every block where it came from.
  const moving = new Moving({ ...wakingBy(systemClock), makers: false, ...(ports.moving && { store: ports.moving }) });
  const reach = ({ target, provider }: (typeof resolved)[number]): readonly Reachable[] =>
    provider.keys.map((key) => reachable(target, provider, key, { wire, moving, hash: ports.hash, live: liveKey(provider, key) }));
  const places = resolved.map(reach);
  const spec = {
    settings: chainSettings(settings),
    timeouts: settings.timeouts ?? {},
    lanes: ports.lanes ?? (Object.keys(file.lanes).length > 0 ? laneRegistry(file.lanes) : undefined),
  };
  const budget = budgetOf(file, chain, ports);
  const ofPlaces = (order: readonly number[]): Model => {
    const inOrder = order.flatMap((place) => places[place] ?? []);
    const numbered = inOrder.map((one, place): Reachable => ({ ...one, target: { ...one.target, place } }));
    return composeModel(
      { name: chain.name, reachable: numbered, ...spec },
      {
        clock: systemClock,
        random: systemRandom,
        newId: systemNewId,
        owner: processIdentity().owner,
        health: ports.health,
        machine,
        hash: ports.hash,
        // An alloy is drawn anew at each user turn: only a tool exchange stays where it was answered.
        ...(chain.members.length < 2 && { affinity: ports.affinity }),
        emit: ports.emit,
        ...(budget && { budget }),
        classify: (error, target, now) =>
          namingKey(classify(error, { protocol: target.protocol, provider: target.entry, model: target.model, now, userRows }), target),
      },
    );
  };
  return {
    model: alloy(chain, ofPlaces, systemRandom, (place) => places[place]?.length ?? 0),
    keys: namedKeys(resolved),
    close: client.close,
  };
}

function budgetOf(file: AgentFile, chain: ChainSpec, { budgets: store, caller }: ModelPorts): BudgetPorts | undefined {
  const budgets = runBudgets(file, caller);
  const barred = unpricedBar(file, chain.targets, caller);
  if (barred !== undefined) throw new CommandError(EXIT.usage, `${file.name}: ${barred}`);
  return budgets.length === 0 ? undefined : { budgets, store, clock: systemClock, newId: systemNewId, owner: processIdentity().owner };
}

function resolve(target: ChainTarget, ports: ModelPorts): ResolvedProvider {
  const answer = resolveProvider(target.entry, ports.env);
  if ('error' in answer) throw new CommandError(EXIT.usage, `${target.ref}: ${answer.error.message}; ${answer.error.wayOut}`);
  const { keys, headers, name } = answer.ok;
  for (const { variable, value } of keys) if (value !== undefined) ports.secret(variable ?? `${name} key`, value);
  for (const [header, value] of Object.entries(headers)) if (/auth|key|token|secret|cookie/i.test(header)) ports.secret(header, value);
  return answer.ok;
}

interface Ways {
  readonly wire: ReturnType<typeof transport>;
  readonly moving: Moving;
  readonly hash: (text: string) => string;
  readonly live: LiveKey | undefined;
}

function reachable(target: ChainTarget, provider: ResolvedProvider, key: ResolvedKey, { wire, moving, hash, live }: Ways): Reachable {
  const open = (value?: string): Promise<Model> =>
    openModel(provider, withoutLong(target.model), { fetch: wire.fetch, key: value === undefined ? key : { ...key, value } });
  const known: Target = targetOf(target, provider, key, hash);
  const shared = { transport: wire, moving };
  const defaults = defaultsOf(target, provider);
  if (!live) return { target: known, ask: askModel(() => open(), shared), defaults };
  return { target: known, ask: askModel(openedWith(live, open), { ...shared, varies: true }), defaults, key: live };
}
