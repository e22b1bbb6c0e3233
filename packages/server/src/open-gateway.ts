import type { AgentFile, ChainSpec } from '@holdfast/agent/engine';
import { DEFAULT_CONNECT, isModelFailure, Machine, Moving, wakingBy, type ModelFailure, type Target } from '@holdfast/core/engine';
import { chatProtocol, messagesProtocol, responsesProtocol, type WireProtocol } from '@holdfast/core/wire';
import { sendJson } from './http/answers.ts';
import { namesFor } from './chain-for.ts';
import { changedScopes } from './changed-providers.ts';
import { Chains, type ReachedChain } from './chains.ts';
import { countRoute } from './routes/count-tokens.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { answerCall } from './gateway.ts';
import { upstream, type Upstream } from './io/upstream.ts';
import { KeptAnswers } from './responses/kept-answers.ts';
import { modelsRoutes } from './routes/models.ts';
import type { GatewayParts, OpenRoutes } from './model-routes.ts';
import { foreignFor } from './passthrough/origins.ts';
import type { Handler, Holder, Route } from './ports.ts';
import type { ReachedTarget } from './reached.ts';
import { responsesRoutes } from './routes/responses.ts';
import { answerHeaders } from './rules/answer-headers.ts';
import { clientErrorOf } from './rules/client-error.ts';
import { forwardHeaders } from './rules/forward-headers.ts';
import { withoutNames } from './rules/without-names.ts';
import { resolveModel, type ModelNames } from './rules/model-names.ts';
import { unpricedError } from './rules/priced.ts';
import { Refusal } from './rules/refusal.ts';

/** What the host of a gateway knows beside its parts: how the file's targets are reached. */
export interface GatewayWays {
  /** Makes targets of what the file says, once for each key. Targets that cannot be asked here are left out; rejects where none is left. */
  readonly reach: (chain: ChainSpec, file: AgentFile, moving: Moving) => Promise<readonly ReachedTarget[]>;
  /** URLs of the proxies of the environment. */
  readonly proxies: readonly string[];
  /** A failure with what people can change named. */
  readonly named?: (failure: ModelFailure, target: Target) => ModelFailure;
  readonly close: () => Promise<void>;
}

/** Everything that belongs to one reading of the file. */
interface Served {
  readonly file: AgentFile;
  readonly names: ModelNames;
  readonly chains: Chains;
  /** Epoch ms. */
  readonly loaded: number;
}

const PROTOCOLS: Readonly<Record<string, WireProtocol>> = {
  '/v1/chat/completions': chatProtocol,
  '/v1/responses': responsesProtocol,
  '/v1/messages': messagesProtocol,
};

/** To who opens the address in a browser. */
const AT_HOME = { gateway: 'holdfast', apis: [...Object.keys(PROTOCOLS), '/v1/models'] };

/** The protocol in which an error at a path is told. */
const spokenAt = (path: string): WireProtocol | undefined => {
  if (path.startsWith('/v1/messages')) return messagesProtocol;
  if (path.startsWith('/v1/responses')) return responsesProtocol;
  return path.startsWith('/v1/') ? chatProtocol : undefined;
};

/** The routes below `/v1`. */
export async function openGateway(parts: GatewayParts, ways: GatewayWays): Promise<OpenRoutes> {
  const { clock } = parts;
  const moving = new Moving({ ...wakingBy(clock), makers: true, store: parts.moving, say: parts.say });
  const clients = new Map<number, Upstream>();
  const client = (connect: number): Upstream => {
    const known = clients.get(connect) ?? upstream({ connect, proxied: ways.proxies.length > 0 });
    clients.set(connect, known);
    return known;
  };
  const chainPorts = {
    ...parts,
    moving,
    machine: new Machine(clock, ways.proxies),
    reach: (chain: ChainSpec, file: AgentFile) => ways.reach(chain, file, moving),
    upstream: client,
    foreignFor: foreignFor(moving),
    ...(ways.named && { named: ways.named }),
  };
  const read = (file: AgentFile): Served => ({
    file,
    names: namesFor(file, parts.env),
    chains: new Chains(file, chainPorts),
    loaded: clock.now(),
  });
  let served = read(parts.file);
  const now = (): Served => served;
  const kept = new KeptAnswers({ ...parts, keep: () => now().file.server.storeResponses, most: () => now().file.server.maxBody });
  const ports = gatewayPorts(parts, now, kept);
  const answer =
    (protocol: WireProtocol): Handler =>
    (exchange) =>
      answerCall(exchange, protocol, ports);
  const routes: readonly Route[] = [
    ...Object.entries(PROTOCOLS).map(([path, protocol]): Route => ({ method: 'POST', path, access: 'key', handle: answer(protocol) })),
    countRoute({
      clock,
      health: parts.health,
      moving,
      reachedFor: async (model, holder) => (await meant(now(), model, holder)).places,
      forwarded: ({ req, query }) => ports.forwarded(messagesProtocol, req.headers, query),
      upstream: () => client(DEFAULT_CONNECT),
    }),
    ...modelsRoutes(now),
    ...responsesRoutes(() => kept.store),
    { method: 'GET', path: '/', access: 'open', handle: async (exchange) => sendJson(exchange, 200, AT_HOME) },
  ];
  return {
    routes,
    errorBody: (path, error) => spokenAt(path)?.error(error),
    apply: async (file) => {
      const next = read(file);
      await tried(next);
      for (const scope of changedScopes(served.file, file)) await parts.health.clear(scope);
      served = next;
    },
    close: async () => {
      await Promise.allSettled([...[...clients.values()].map((one) => one.close()), ways.close(), kept.close()]);
    },
  };
}

/** What cannot be asked is noticed now, not by the first client. A key that is missing stops no more than it does at the start: its tier alone. */
async function tried({ file, chains }: Served): Promise<void> {
  for (const tier of file.tiers.keys())
    await chains.of(tier).catch((error: unknown) => {
      if (!isModelFailure(error)) throw error;
    });
}

/** The chain that a client's `model` means for this holder. */
async function meant({ names, chains }: Served, model: string, holder: Holder): Promise<ReachedChain> {
  const known = holder.tiers === undefined ? chains.refOf(model) : undefined;
  if (known !== undefined) return chains.of(known, model);
  const found = resolveModel(model, names, holder.tiers);
  if ('error' in found) throw new Refusal(found.error);
  return chains.of(found.meant.ref, model);
}

function gatewayPorts(parts: GatewayParts, now: () => Served, kept: KeptAnswers): GatewayPorts {
  const { clock, hash } = parts;
  return {
    clock,
    hash,
    chainFor: async (model, holder, spender) => {
      const { file } = now();
      const { chain } = await meant(now(), model, holder);
      const error = unpricedError(file.budgets, chain.targets, spender);
      if (error) throw new Refusal(error);
      return chain;
    },
    forwarded: (protocol, headers, query) => ({
      headers: forwardHeaders(protocol.name, headers, now().file.server.forwardHeaders),
      query: query.size === 0 ? '' : `?${query}`,
    }),
    admit: (holder, tokens) =>
      parts.rates.admit(holder.name, now().file.server.keys.find(({ name }) => name === holder.name)?.rate, tokens),
    errorOf: (failure, protocol, { retries, chain, tokens }) => {
      const windows = chain?.targets.map(({ window }) => window ?? 0) ?? [];
      const window = Math.max(0, ...windows);
      const error = clientErrorOf(failure, {
        protocol: protocol.name,
        now: clock.now(),
        retries,
        chance: parts.random(),
        ...(window > 0 && { window }),
        ...(tokens !== undefined && { tokens }),
      });
      // A provider may repeat what it was sent, its key among it.
      return withoutNames(parts.scrub(error));
    },
    answerHeaders: ({ call, ref, stream }) => answerHeaders({ call, model: ref, stream }),
    prepare: (protocol, body, caller) => kept.prepare(protocol, body, caller),
    settings: () => {
      const { headAfter, keepAlive, jsonKeepalive } = now().file.server;
      return { headAfter, keepAlive, jsonKeepAlive: jsonKeepalive };
    },
  };
}
