import type { AgentFile, ChainSpec, ChainTarget } from '@holdfast/agent/engine';
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
import { router } from './router.ts';

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
  /** Consent to send a key to a host, and to what these agents run by themselves, or an error with the way out. */
  readonly consent: (providers: readonly ResolvedProvider[], agents?: ReadonlySet<string>) => Promise<void>;
}

export interface ChainModel {
  readonly model: Model;
  readonly keys: NamedKeys;
  close(): Promise<void>;
}

/** Where a proxy is named. */
export const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** The chains of a file, each as one model. They share connections, lanes and what is known of the machine. */
export interface FileModels {
  /** Nothing is asked, and no vendor package loaded, before the first call. Throws a `CommandError` where a key is missing. */
  model(chain: ChainSpec): Model;
  close(): Promise<void>;
}

/** All places of a chain, those of its routes too. */
export const placesIn = (chain: ChainSpec): readonly ChainTarget[] => [...chain.targets, ...chain.routes.flatMap(({ targets }) => targets)];

/** The models of one chain, with the consent they need. */
export async function chainModel(chain: ChainSpec, file: AgentFile, ports: ModelPorts): Promise<ChainModel> {
  const resolved = placesIn(chain).map((target) => ({ target, provider: resolvedFor(target, ports) }));
  await ports.consent(resolved.map(({ provider }) => provider));
  const models = fileModels(file, ports);
  return { model: models.model(chain), keys: namedKeys(resolved), close: models.close };
}

export function fileModels(file: AgentFile, ports: ModelPorts): FileModels {
  const proxies = PROXIES.flatMap((name) => ports.env(name) ?? []).filter((url) => url !== '');
  const clients = new Map<number, ReturnType<typeof providerFetch>>();
  const client = (connect: number): ReturnType<typeof providerFetch> => {
    const made = clients.get(connect) ?? providerFetch({ connect, proxied: proxies.length > 0 });
    clients.set(connect, made);
    return made;
  };
  const shared: Shared = {
    machine: new Machine(systemClock, proxies),
    // The run loop says of every block where it came from.
    moving: new Moving({ ...wakingBy(systemClock), makers: false, ...(ports.moving && { store: ports.moving }) }),
    live: liveKeys(ports),
    lanes: ports.lanes ?? (Object.keys(file.lanes).length > 0 ? laneRegistry(file.lanes) : undefined),
    fetch: (connect) => client(connect).fetch,
  };
  return {
    model: (chain) => modelOf(chain, file, ports, shared),
    close: async () => void (await Promise.all([...clients.values()].map(({ close }) => close()))),
  };
}

interface Shared {
  readonly machine: Machine;
  readonly moving: Moving;
  readonly live: ReturnType<typeof liveKeys>;
  readonly lanes: LaneRegistry | undefined;
  /** By ms in which a connection has to be there. */
  readonly fetch: (connect: number) => ReturnType<typeof providerFetch>['fetch'];
}

function modelOf(chain: ChainSpec, file: AgentFile, ports: ModelPorts, { machine, moving, live, lanes, fetch }: Shared): Model {
  const { settings } = chain;
  const userRows: readonly UserRow[] = file.classify as readonly UserRow[];
  const wire = transport({ fetch: fetch(settings.timeouts?.connect ?? DEFAULT_CONNECT), clock: systemClock, rows: userRows });
  const ways = { wire, moving, hash: ports.hash, live };
  const places = placesIn(chain).map((target) =>
    reachedBy(target, resolvedFor(target, ports), ways).map(({ target: known, ask, defaults, live: key }): Reachable => ({
      target: known,
      ask,
      defaults,
      ...(key && { key }),
    })),
  );
  const budget = budgetOf(file, chain, ports);
  const ofPlaces = (order: readonly number[]): Model => {
    const inOrder = order.flatMap((place) => places[place] ?? []);
    const numbered = inOrder.map((one, place): Reachable => ({ ...one, target: { ...one.target, place } }));
    return composeModel(
      { name: chain.name, reachable: numbered, settings: chainSettings(settings), timeouts: settings.timeouts ?? {}, lanes },
      {
        clock: systemClock,
        random: systemRandom,
        newId: systemNewId,
        owner: processIdentity().owner,
        health: ports.health,
        machine,
        hash: ports.hash,
        // An alloy is drawn anew at each user turn, a router follows it: only a tool exchange stays where it was answered.
        ...(chain.members.length < 2 && chain.routes.length === 0 && { affinity: ports.affinity }),
        emit: ports.emit,
        ...(budget && { budget }),
        classify: (error, target, now) =>
          namingKey(classify(error, { protocol: target.protocol, provider: target.entry, model: target.model, now, userRows }), target),
      },
    );
  };
  if (chain.routes.length > 0) return router(chain, ofPlaces);
  return alloy(chain, ofPlaces, systemRandom, (place) => places[place]?.length ?? 0);
}

function budgetOf(file: AgentFile, chain: ChainSpec, { budgets: store, caller }: ModelPorts): BudgetPorts | undefined {
  const budgets = runBudgets(file, caller);
  const barred = unpricedBar(file, placesIn(chain), caller);
  if (barred !== undefined) throw new CommandError(EXIT.usage, `${file.name}: ${barred}`);
  return budgets.length === 0 ? undefined : { budgets, store, clock: systemClock, newId: systemNewId, owner: processIdentity().owner };
}
