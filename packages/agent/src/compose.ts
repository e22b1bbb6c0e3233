import type { Clock, Model, NewId } from '@holdfast/core';
import type { OnPartial } from '@holdfast/core/engine';
import type { Handlers } from './drive.ts';
import { inboxHandler } from './handlers/inbox.ts';
import { modelHandler } from './handlers/model.ts';
import { Judged } from './handlers/judged.ts';
import { permitHandler } from './handlers/permit.ts';
import { questionHandler } from './handlers/question.ts';
import { recordHandler } from './handlers/record.ts';
import { toolsHandler } from './handlers/tools.ts';
import { unfinishedHandler } from './handlers/unfinished.ts';
import { Live } from './live.ts';
import type { Identity, Permit, Reap, Redact, SessionStore, Tool } from './ports.ts';
import type { EnvironmentInfo, PromptHead } from './rules/prompt.ts';
import { Runs, type Scope } from './runs.ts';
import type { Runtime } from './runtime.ts';

/** One agent as its file describes it. */
export interface AgentSettings {
  readonly name: string;
  /** Real path of the agent file. */
  readonly file: string;
  readonly instruction: string;
  /** Real path; tools work here. */
  readonly cwd: string;
  /** Turns since the last input; 0 or absent: no limit. */
  readonly maxIterations?: number;
  /** Identical batches of calls in a row that end a run; 0 or absent: 5. */
  readonly maxConsecutiveToolCalls?: number;
  readonly addDate?: boolean;
  /** Given when the agent file asks for it. */
  readonly environment?: Omit<EnvironmentInfo, 'cwd'>;
}

/** What a runtime works with: the model, the tools, the store of sessions, the clock. Each is called by the runtime and never calls back. */
export interface RuntimePorts {
  readonly agent: AgentSettings;
  readonly tools: readonly Tool[];
  readonly model: Model;
  readonly permit: Permit;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly identity: Identity;
  readonly redact: Redact;
  readonly reap: Reap;
  /** Somebody is there to answer questions. */
  readonly attended: boolean;
  readonly caller?: string;
  /** What becomes of a reply that breaks after its first text: taken back and begun again (default), or the run fails with it. */
  readonly onPartial?: OnPartial;
  /** Told of a live listener that threw and is listened to no more. */
  readonly lost?: (error: unknown) => void;
}

/** One agent, ready to run. */
export function agentRuntime(ports: RuntimePorts): Runtime {
  const { agent, store, clock, newId, identity, redact } = ports;
  const live = new Live(ports.lost ?? (() => {}));
  const tools = new Map(ports.tools.map((tool) => [tool.name, tool]));
  const limits = { maxIterations: agent.maxIterations ?? 0, maxConsecutiveToolCalls: agent.maxConsecutiveToolCalls ?? 0 };
  const handlers = (scope: Scope) => handlersFor(ports, tools, live, scope);
  return new Runs({ store, clock, newId, identity, redact, live, agent, limits, handlers });
}

function handlersFor(ports: RuntimePorts, tools: ReadonlyMap<string, Tool>, live: Live, { log, inbox, answers }: Scope): Handlers {
  const { agent, clock, redact, attended, permit, reap } = ports;
  const { cwd } = agent;
  const judged = new Judged();
  return {
    record: recordHandler(log),
    inbox: inboxHandler(inbox, redact),
    model: modelHandler({ ...ports, tools: ports.tools, head: headOf(agent, clock), log, live }),
    permit: permitHandler({ tools, permit, judged, cwd, attended }),
    question: questionHandler(answers, attended, redact),
    unfinished: unfinishedHandler(tools, reap),
    tools: toolsHandler({ tools, judged, log, clock, cwd }),
  };
}

/** Made once a run: a prompt that changed at midnight would lose its cache. */
function headOf({ instruction, addDate, environment, cwd }: AgentSettings, clock: Clock): PromptHead {
  return { instruction, ...(addDate && { date: dateOf(clock.now()) }), ...(environment && { environment: { ...environment, cwd } }) };
}

function dateOf(now: number): string {
  const date = new Date(now);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
