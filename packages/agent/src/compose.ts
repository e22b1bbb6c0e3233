import type { Clock, Model, NewId } from '@holdfast/core';
import { NEVER } from '@holdfast/core/engine';
import type { AgentParts } from './agent-parts.ts';
import { Live } from './live.ts';
import type { Identity, Reap, Redact, SessionStore } from './ports.ts';
import type { EventRow } from './rules/events.ts';
import { Runs } from './runs.ts';
import type { RunsPorts } from './runs-ports.ts';
import { titleOf } from './titles.ts';
import type { AgentInfo, Runtime } from './runtime.ts';

export type { AgentParts, AgentSettings } from './agent-parts.ts';
export type { CompactionSettings, RunLimits } from './rules/agent-rules.ts';

/** What a runtime works with: the model, the tools, the store of sessions, the clock. Each is called by the runtime and never calls back. */
export interface RuntimePorts extends AgentParts {
  /** The other agents of the team, by name. */
  readonly team?: ReadonlyMap<string, AgentParts>;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly identity: Identity;
  readonly redact: Redact;
  readonly reap: Reap;
  /** Somebody is there to answer questions. */
  readonly attended: boolean;
  readonly caller?: string;
  /** A model by its reference, for choices made in a session. Throws a plain Error that says what is wrong with it. */
  readonly modelFor?: (agent: string, ref: string) => Model;
  /** Input window in tokens of a target by its reference, where it is known. */
  readonly windowOf?: (ref: string) => number | undefined;
  /** Names sessions; absent: they are called by their first line. */
  readonly titles?: Model;
  /** Keeps the whole of an output that is too long; answers the file. Absent: it is only cut. */
  readonly keepOutput?: (session: string, call: string, text: string) => Promise<string>;
  /** Told of every row that was stored, in order. What it throws is dropped. */
  readonly observe?: (row: EventRow) => void;
  /** Told of a live listener that threw and is listened to no more. */
  readonly lost?: (error: unknown) => void;
}

/** An agent and its team, ready to run. Nothing is opened, started or asked before the first run. */
export function agentRuntime(ports: RuntimePorts): Runtime {
  const { agent, team, store, clock, newId, identity, redact, reap, attended, observe, caller, modelFor, windowOf, keepOutput } = ports;
  const live = new Live(ports.lost ?? (() => {}));
  const agents = (name: string): AgentParts => (name === '' || name === agent.name ? ports : (team?.get(name) ?? missing(name, ports)));
  return new Runs({
    store,
    clock,
    newId,
    identity,
    redact,
    reap,
    live,
    agents,
    attended,
    agent,
    team: () => [ports, ...[...(team?.keys() ?? [])].filter((name) => name !== agent.name).map(agents)].map(infoOf),
    after: titling(ports),
    ...(observe && { observe: safely(observe, ports.lost) }),
    ...(caller !== undefined && { caller }),
    ...(modelFor && { modelFor }),
    ...(windowOf && { windowOf }),
    ...(keepOutput && { keepOutput }),
  });
}

/** Names a session after its first run. A session without a title is called by its first line. */
const titling =
  ({ titles, clock, redact, store, caller }: RuntimePorts): RunsPorts['after'] =>
  async (session, { state }, first) => {
    if (!titles || !first) return;
    const said = state.transcript.flatMap((message) =>
      message.role === 'user' && !message.hidden && !message.summary ? [message.text] : [],
    );
    const labels = { session, ...(caller !== undefined && { caller }) };
    const { title } = await titleOf({ model: titles, clock, redact, labels }, said, NEVER);
    // A session that was deleted meanwhile, or a store that is full, needs no title.
    if (title !== undefined) await store.update(session, { title }).catch(() => {});
  };

/** A session may name an agent that its file no longer has. */
function missing(name: string, { agent, team }: RuntimePorts): never {
  throw new Error(
    `there is no agent "${name}" here any more (there are ${[...new Set([agent.name, ...(team?.keys() ?? [])])].join(', ')})`,
  );
}

const infoOf = ({ agent }: AgentParts): AgentInfo => ({
  name: agent.name,
  description: agent.description ?? '',
  model: agent.ref ?? '',
  ...(agent.welcome !== undefined && { welcome: agent.welcome }),
  subAgents: agent.subAgents ?? [],
  handoffs: agent.handoffs ?? [],
  commands: agent.commands ?? [],
});

const safely =
  (observe: (row: EventRow) => void, lost: ((error: unknown) => void) | undefined) =>
  (row: EventRow): void => {
    try {
      observe(row);
    } catch (error) {
      lost?.(error);
    }
  };
