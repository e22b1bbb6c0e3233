import {
  agentRuntime,
  killGroup,
  runTelemetry,
  type AgentParts,
  type AgentSpec,
  type Runtime,
  type RuntimePorts,
  type SessionStore,
} from '@holdfast/agent/engine';
import { orAbort, systemClock, systemNewId, type ScopeBelief, type SecretRegistry } from '@holdfast/core/engine';
import { chooseAgent, type AgentChoice, type ChosenAgent } from './agent-setup.ts';
import type { Context } from './context.ts';
import { workingFolder } from './io/folders.ts';
import { identity, realFile, sessionStore } from './io/session-store.ts';
import { openStateFolder } from './io/state-folder.ts';
import { telemetry } from './io/telemetry.ts';
import { LiveSecrets } from './live-secrets.ts';
import { openPorts } from './model-ports.ts';
import type { NamedKeys } from './named-keys.ts';
import { runView, type RunView } from './run-view.ts';
import { openTeam } from './runtime-team.ts';
import { secretsOf } from './secrets-setup.ts';

export interface RuntimeOptions extends AgentChoice {
  readonly yolo?: boolean;
  readonly readOnly?: boolean;
  readonly workingDir?: string;
  readonly promptFile?: readonly string[];
  readonly maxIterations?: number;
  readonly explain?: boolean;
  /** Somebody answers questions, though not at this terminal. */
  readonly attended?: boolean;
}

/** What a run needs, open. */
export interface Opened {
  readonly runtime: Runtime;
  readonly store: SessionStore;
  readonly view: RunView;
  /** Somebody is there to answer questions. */
  readonly attended: boolean;
  readonly redact: (text: string) => string;
  readonly keys: NamedKeys;
  /** What is believed now. */
  readonly beliefs: () => Promise<readonly ScopeBelief[]>;
  /** The agent file as the user named it, and its real path. */
  readonly file: { readonly name: string; readonly path: string };
  /** The agent that is run. */
  readonly agent: string;
  /** What the file says of its agents, and what they work with: for what a user does beside the models. */
  readonly agents: ReadonlyMap<string, AgentSpec>;
  readonly parts: (agent: string) => AgentParts | undefined;
  /** Throws, in words, where an agent cannot be asked with a model. */
  readonly modelFor: NonNullable<RuntimePorts['modelFor']> | undefined;
  close(): Promise<void>;
}

/** Everything between the command line and a runtime: built here, once. Nothing is asked of a provider yet. */
export async function openRuntime(context: Context, options: RuntimeOptions): Promise<Opened> {
  const chosen = await chooseAgent(context, options);
  const cwd = workingFolder(context.cwd, options.workingDir);
  const state = openStateFolder(context.state);
  const secrets = secretsOf(context.environment);
  const path = await realFile(options.file);
  const view = redacted(
    runView(context.terminal, { json: context.json, explain: options.explain ?? false, logLevel: context.logLevel }),
    secrets,
  );
  for (const { name } of chosen.file.variables) secrets.add(name, context.env(name) ?? '');
  const otel = await telemetry(view.notice);
  const ports = openPorts(context, { state, path: options.file, file: chosen.file, otel: otel?.sinks }, secrets, view);
  const whose = options.caller === undefined ? {} : { caller: options.caller };
  const store = await orAbort(sessionStore(state, retentionOf(chosen.file, path)), context.signal);
  const attended = options.attended ?? (context.terminal.inIsTty && !context.json);
  const place = { yolo: options.yolo ?? false, readOnly: options.readOnly ?? false, cwd, path, named: options.file, state, store };
  const said = { promptFiles: options.promptFile ?? [], notice: view.notice };
  const limit = options.maxIterations === undefined ? {} : { maxIterations: options.maxIterations };
  const team = await openTeam(context, chosen, { ...place, ...said, ...limit }, { ...ports, ...whose }, secrets).catch(
    async (error: unknown) => {
      await Promise.allSettled([store.close(), ports.close()]);
      throw error;
    },
  );
  const runtime = agentRuntime({
    ...team.ports,
    store,
    clock: systemClock,
    newId: systemNewId,
    identity: identity(),
    redact: secrets.redactDeep,
    reap: (stamp) => killGroup(stamp, systemClock),
    // Who said yes to everything is asked nothing; somebody has to say it.
    attended: attended || (options.yolo ?? false),
    ...whose,
    ...(otel && { observe: runTelemetry({ work: otel.work }) }),
    lost: (error) => view.notice(`a watcher failed: ${error instanceof Error ? error.message : String(error)}`),
  });
  runtime.live((event) => view.live(event));
  return {
    runtime,
    store,
    view,
    attended,
    redact: secrets.redact,
    keys: team.keys,
    beliefs: async () => ports.health.list(),
    file: { name: options.file, path },
    agent: chosen.spec.name,
    agents: chosen.file.agents,
    parts: (name) => team.ports.team?.get(name),
    modelFor: team.ports.modelFor,
    close: async () => {
      await runtime.close();
      await Promise.allSettled([team.close(), store.close(), ports.close()]);
    },
  };
}

/** Only where a file asks for it is anything deleted. */
const retentionOf = ({ sessions }: ChosenAgent['file'], file: string) =>
  sessions.keep === undefined && sessions.max === undefined ? undefined : { ...sessions, file };

/** The last door: whatever reaches the terminal has gone through the redactor. */
export function redacted(view: RunView, secrets: SecretRegistry): RunView {
  const { redactDeep } = secrets;
  const stream = new LiveSecrets(secrets);
  const rest = (): void => stream.rest().forEach((event) => view.live(event));
  return {
    ...view,
    live: (event) => stream.take(event).forEach((shown) => view.live(shown)),
    call: (event) => view.call(redactDeep(event)),
    row: (row) => {
      rest();
      view.row(row);
    },
    end: (session, result, exit, fresh) => {
      rest();
      view.end(session, redactDeep(result), exit, fresh);
    },
  };
}
