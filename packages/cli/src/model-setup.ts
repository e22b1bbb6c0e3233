import type { AgentFile, ChainSpec } from '@holdfast/agent/engine';
import {
  classify,
  composeModel,
  DEFAULT_CONNECT,
  Machine,
  laneRegistry,
  processIdentity,
  systemClock,
  systemNewId,
  systemRandom,
  transport,
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
  type ResolvedProvider,
  type UserRow,
} from '@holdfast/core/engine';
import { alloy } from './alloy.ts';
import { chainSettings } from './chain-settings.ts';
import { CommandError, EXIT } from './context.ts';
import { runBudgets, unpricedBar } from './run-budgets.ts';
import { providerFetch } from './io/provider-fetch.ts';
import { liveKeys } from './live-keys.ts';
import { namedKeys, namingKey, type NamedKeys } from './named-keys.ts';
import { reachedBy, resolvedFor } from './reached-targets.ts';

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

/** Where a proxy is named. */
export const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** The models of a chain as one. Nothing is asked, and no vendor package loaded, before the first call. */
export async function chainModel(chain: ChainSpec, file: AgentFile, ports: ModelPorts): Promise<ChainModel> {
  const { settings } = chain;
  const resolved = chain.targets.map((target) => ({ target, provider: resolvedFor(target, ports) }));
  await ports.consent(resolved.map(({ provider }) => provider));
  const proxies = PROXIES.flatMap((name) => ports.env(name) ?? []).filter((url) => url !== '');
  const client = providerFetch({ connect: settings.timeouts?.connect ?? DEFAULT_CONNECT, proxied: proxies.length > 0 });
  const machine = new Machine(systemClock, proxies);
  const userRows: readonly UserRow[] = file.classify as readonly UserRow[];
  const wire = transport({ fetch: client.fetch, clock: systemClock, rows: userRows });
  const liveKey = liveKeys(ports);
  // The run loop says of every block where it came from.
  const moving = new Moving({ ...wakingBy(systemClock), makers: false, ...(ports.moving && { store: ports.moving }) });
  const ways = { wire, moving, hash: ports.hash, live: liveKey };
  const places = resolved.map(({ target, provider }) =>
    reachedBy(target, provider, ways).map(({ target: known, ask, defaults, live }): Reachable => ({
      target: known,
      ask,
      defaults,
      ...(live && { key: live }),
    })),
  );
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
