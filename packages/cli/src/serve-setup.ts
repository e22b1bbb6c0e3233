import { providerNeeds, trustFile, type AgentFile } from '@holdfast/agent/engine';
import {
  processIdentity,
  systemClock,
  systemNewId,
  systemRandom,
  type CallEvent,
  type Payload,
  type ResolvedProvider,
  type SecretRegistry,
} from '@holdfast/core/engine';
import {
  CallFeed,
  callMetrics,
  httpServer,
  MinuteBook,
  rateLimits,
  Refusal,
  type GatewayParts,
  type HttpServer,
  type Link,
} from '@holdfast/server';
import { guarded } from './consent.ts';
import { CommandError, EXIT, type Context } from './context.ts';
import { budgetStore } from './io/budget-store.ts';
import { affinityStore, healthStore, movingStore } from './io/health-store.ts';
import { keySource } from './io/key-source.ts';
import { keyedHash } from './io/state-folder.ts';
import { telemetry } from './io/telemetry.ts';
import { secretsOf } from './secrets-setup.ts';
import { keepsContent, servedAccess } from './serve-access.ts';
import { modelRoutes } from './serve-gateway.ts';
import type { ServedAgents } from './serve-agents.ts';
import { servedRecords, type ServedRecords } from './serve-records.ts';
import { limitsOf, ownRoutes, plainError, wordsOf } from './serve-routes.ts';
import type { ServedState } from './serve-stores.ts';
import { serveView, type ServeView } from './serve-view.ts';
import { joinWorkers } from './serve-worker.ts';

export interface ServeParts {
  readonly file: AgentFile;
  readonly state: ServedState;
  readonly host: string;
  /** To the primary, where this process is one of several workers. */
  readonly link?: Link;
  readonly agents?: ServedAgents | undefined;
}

/** A gateway that is built and does not listen yet. */
export interface Served {
  readonly http: HttpServer;
  readonly say: (line: string) => void;
  apply(file: AgentFile): Promise<void>;
  /** No new calls; those that go on have so long, then everything is let go. */
  leave(grace: number): Promise<void>;
}

/** Everything between the command line and a gateway: built here, once. Nothing is asked of a provider yet. */
export async function openServed(context: Context, { file, state, host, link, agents }: ServeParts): Promise<Served> {
  let served = file;
  const secrets = secretsOf(context.environment);
  learn(secrets, file, context, state);
  const view = serveView(context.terminal, context.logLevel, secrets.redact);
  const keeps = (caller: string | undefined): boolean => keepsContent(served, caller);
  const records = servedRecords({
    state: state.folder,
    file,
    secrets,
    keeps,
    telemetry: (await telemetry(view.notice))?.sinks,
    say: view.notice,
  });
  const stores = openStores(state.folder, view.notice);
  const metrics = callMetrics();
  const feed = new CallFeed({ scrub: secrets.redactDeep, ...(link && { watched: (now) => link.tell('watching', now) }) });
  if (link) joinWorkers(link, feed, metrics);
  const parts: GatewayParts = { ...stores, ...portsOf(context, { file, state, secrets, view, records, metrics, feed, link }) };
  const models = await modelRoutes(parts);
  let access = servedAccess(file, { env: context.env, token: state.token, host });
  const http = httpServer({
    routes: [
      ...models.routes,
      ...(agents?.routes ?? []),
      ...ownRoutes({ health: stores.health, records, feed, metrics, link, served: () => served, draining: () => http.draining }),
    ],
    access: () => access,
    limits: limitsOf(file),
    clock: systemClock,
    newId: systemNewId,
    refuse: (path, error) => models.errorBody?.(path, error) ?? plainError(error),
    log: ({ id, method, path, error }) => view.notice(`a fault of ours at ${method} ${path} (request ${id}): ${wordsOf(error)}`),
  });
  return {
    http,
    say: view.notice,
    apply: async (next) => {
      learn(secrets, next, context, state);
      const nextAccess = servedAccess(next, { env: context.env, token: state.token, host });
      await models.apply(next);
      served = next;
      access = nextAccess;
    },
    leave: async (grace) => {
      feed.end('the gateway is closing');
      await Promise.all([http.drain(grace), agents?.leave(grace)]);
      await Promise.allSettled([models.close()]);
      await Promise.allSettled([records.close(), ...Object.values(stores).map((store) => store.close())]);
    },
  };
}

/** Every secret is known before anything is said. */
function learn(secrets: SecretRegistry, file: AgentFile, { env }: Context, { token }: ServedState): void {
  secrets.add('api.token', token);
  for (const { env: name } of file.server.keys) secrets.add(name, env(name) ?? '');
  for (const { name } of file.variables) secrets.add(name, env(name) ?? '');
}

const openStores = (folder: string, say: (line: string) => void) => ({
  health: healthStore(folder, say),
  affinity: affinityStore(folder, say),
  moving: movingStore(folder, say),
  budgets: budgetStore(folder, say),
});

interface Inner {
  readonly file: AgentFile;
  readonly state: ServedState;
  readonly secrets: SecretRegistry;
  readonly view: ServeView;
  readonly records: ServedRecords;
  readonly metrics: ReturnType<typeof callMetrics>;
  readonly feed: CallFeed;
  readonly link: Link | undefined;
}

type Ports = Omit<GatewayParts, 'health' | 'affinity' | 'moving' | 'budgets'>;

function portsOf(context: Context, { file, state, secrets, view, records, metrics, feed, link }: Inner): Ports {
  const environment = (allow: readonly string[]): Record<string, string> => secrets.childEnvironment(context.environment, allow);
  const book = link
    ? {
        take: (ask: unknown) => link.ask('rate-take', ask) as never,
        end: (id: string, tokens?: number) => link.tell('rate-end', { id, ...(tokens !== undefined && { tokens }) }),
      }
    : new MinuteBook().of(0);
  return {
    file,
    env: context.env,
    clock: systemClock,
    random: systemRandom,
    newId: systemNewId,
    owner: processIdentity().owner,
    rates: rateLimits({ book, newId: systemNewId, refuse: (error, headers) => new Refusal(error, headers), say: view.notice }),
    hash: keyedHash(state.folder),
    emit: (event: CallEvent, payload?: Payload) => {
      records.emit(event, payload);
      metrics.emit(event);
      feed.emit(event);
      view.call(event);
    },
    secret: secrets.add,
    scrub: secrets.redactDeep,
    keySource: (source) => keySource(source, { cwd: context.cwd, environment }),
    consent: (providers) => consented(providers, state.folder, file.name),
    state: state.folder,
    say: view.notice,
  };
}

/** Nobody is there to be asked. */
async function consented(providers: readonly ResolvedProvider[], state: string, path: string): Promise<void> {
  const needs = providerNeeds(providers);
  if (needs.length === 0) return;
  const missing = await guarded(trustFile(state, () => systemClock.now()).missing(path, needs));
  if (missing[0]) throw new CommandError(EXIT.usage, `${missing[0].says}: it needs your consent: holdfast trust ${path}`);
}
