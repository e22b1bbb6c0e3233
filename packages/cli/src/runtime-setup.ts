import {
  agentRuntime,
  instructionOf,
  killGroup,
  permissionPatterns,
  permit,
  toolsFor,
  ToolsetError,
  type AgentSpec,
  type PermissionRules,
  type Runtime,
  type SessionStore,
  type Tool,
} from '@holdfast/agent/engine';
import { orAbort, systemClock, systemNewId, type ScopeBelief, type SecretRegistry } from '@holdfast/core/engine';
import { chooseAgent, type AgentChoice, type ChosenAgent } from './agent-setup.ts';
import { CommandError, EXIT, type Context } from './context.ts';
import { home, machineFacts, workingFolder } from './io/folders.ts';
import { identity, realFile, sessionStore } from './io/session-store.ts';
import { openStateFolder } from './io/state-folder.ts';
import { readTextFile } from './io/text-file.ts';
import { LiveSecrets } from './live-secrets.ts';
import { openPorts } from './model-ports.ts';
import { chainModel } from './model-setup.ts';
import type { NamedKeys } from './named-keys.ts';
import { runView, type RunView } from './run-view.ts';
import { secretsOf } from './secrets-setup.ts';

export interface RuntimeOptions extends AgentChoice {
  readonly yolo?: boolean;
  readonly readOnly?: boolean;
  readonly workingDir?: string;
  readonly promptFile?: readonly string[];
  readonly maxIterations?: number;
  readonly explain?: boolean;
}

/** What a run needs, open. */
export interface Opened {
  readonly runtime: Runtime;
  readonly store: SessionStore;
  readonly view: RunView;
  /** Somebody is there to answer questions. */
  readonly attended: boolean;
  readonly keys: NamedKeys;
  /** What is believed now. */
  readonly beliefs: () => Promise<readonly ScopeBelief[]>;
  /** The agent file as the user named it, and its real path. */
  readonly file: { readonly name: string; readonly path: string };
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
  const tools = agentTools(chosen.spec, context, secrets);
  const ports = openPorts(context, { state, path: options.file, file: chosen.file }, secrets, view);
  const whose = options.caller === undefined ? {} : { caller: options.caller };
  const { model, keys, close } = await chainModel(chosen.chain, chosen.file, { ...ports, ...whose });
  const store = await orAbort(sessionStore(state), context.signal);
  const attended = context.terminal.inIsTty && !context.json;
  const runtime = agentRuntime({
    agent: settingsOf(chosen.spec, options, cwd, path),
    tools,
    model,
    permit: permitOf(chosen, options, cwd),
    store,
    clock: systemClock,
    newId: systemNewId,
    identity: identity(),
    redact: secrets.redactDeep,
    reap: (stamp) => killGroup(stamp, systemClock),
    attended,
    ...whose,
    onPartial: chosen.chain.settings.onPartial ?? 'restart',
  });
  runtime.live((event) => view.live(event));
  return {
    runtime,
    store,
    view,
    attended,
    keys,
    beliefs: async () => ports.health.list(),
    file: { name: options.file, path },
    close: async () => {
      await runtime.close();
      await Promise.allSettled([close(), store.close(), ports.close()]);
    },
  };
}

function settingsOf(spec: AgentSpec, options: RuntimeOptions, cwd: string, file: string) {
  const files = (options.promptFile ?? []).map(readTextFile);
  return {
    name: spec.name,
    file,
    instruction: [instructionOf(spec), ...files].filter((text) => text.trim() !== '').join('\n\n'),
    cwd,
    maxIterations: options.maxIterations ?? spec.maxIterations,
    maxConsecutiveToolCalls: spec.maxConsecutiveToolCalls,
    addDate: spec.addDate,
    ...(spec.addEnvironmentInfo && { environment: machineFacts(cwd) }),
  };
}

function permitOf({ file, spec }: ChosenAgent, options: RuntimeOptions, cwd: string) {
  const rules = permissionPatterns(file.permissions satisfies PermissionRules);
  const policy = { rules, yolo: options.yolo ?? false, readOnlyMode: (options.readOnly ?? false) || spec.readOnly, cwd };
  return (ask: Parameters<typeof permit>[0]) => permit(ask, policy);
}

function agentTools(spec: AgentSpec, context: Context, secrets: SecretRegistry): readonly Tool[] {
  try {
    return toolsFor(spec.toolsets, {
      clock: systemClock,
      home: home(),
      childEnvironment: (allow) => secrets.childEnvironment(context.environment, allow),
      scrub: secrets.redact,
    });
  } catch (error) {
    if (!(error instanceof ToolsetError)) throw error;
    throw new CommandError(EXIT.usage, `agent "${spec.name}": ${error.message}`, { cause: error });
  }
}

/** The last door: whatever reaches the terminal has gone through the redactor. */
function redacted(view: RunView, secrets: SecretRegistry): RunView {
  const { redactDeep } = secrets;
  const stream = new LiveSecrets(secrets);
  const rest = (): void => stream.rest().forEach((event) => view.live(event));
  return {
    live: (event) => stream.take(event).forEach((shown) => view.live(shown)),
    call: (event) => view.call(redactDeep(event)),
    row: (row) => {
      rest();
      view.row(row);
    },
    known: (row) => view.known(row),
    notice: (text) => view.notice(text),
    end: (session, result, exit, fresh) => {
      rest();
      view.end(session, redactDeep(result), exit, fresh);
    },
  };
}
