import type { Run, RunResult, Said } from '@holdfast/agent/engine';
import { orAbort } from '@holdfast/core/engine';
import { EXIT, CommandError, type Context } from '../context.ts';
import type { Ground } from '../conversation/ground.ts';
import { QuestionDesk } from '../conversation/question-desk.ts';
import { ruleFor } from '../conversation/tool-look.ts';
import { exitOf, stopCode } from '../exit-code.ts';
import { slashSaid } from '../file-commands.ts';
import { openRemote, type RemoteChoice } from '../remote-setup.ts';
import { openRuntime } from '../runtime-setup.ts';
import { promptOf } from '../prompt-text.ts';
import { askQuestion } from '../questions.ts';
import { cutWords } from '../render/call-lines.ts';
import { jsonRefused } from '../render/json-view.ts';
import { tameLine } from '../render/width.ts';
import { secretsOf } from '../secrets-setup.ts';
import { sessionProblem } from '../session-problem.ts';
import { findSession } from '../session-ref.ts';
import { wayOn } from '../way-on.ts';

export interface RunOptions extends RemoteChoice {
  readonly prompt?: string;
  readonly session?: string;
  readonly attach?: readonly string[];
}

/** `holdfast run FILE [PROMPT|-]`. With `--json` a run that cannot begin has its result line too. */
export async function run(context: Context, options: RunOptions): Promise<number> {
  try {
    return await running(context, options);
  } catch (error) {
    if (context.json && error instanceof CommandError && error.message !== '')
      context.terminal.out(`${jsonRefused(secretsOf(context.environment).redact(error.message), error.exit)}\n`);
    throw error;
  }
}

async function running(context: Context, options: RunOptions): Promise<number> {
  const prompt = await promptOf(context, options);
  const interactive = prompt === undefined && options.session === undefined;
  if (interactive && (!context.terminal.inIsTty || context.json))
    throw new CommandError(EXIT.usage, 'a prompt is needed: holdfast run FILE "…", or - to read it from stdin');
  const opened = await (options.remote === undefined ? openRuntime(context, options) : openRemote(context, options)).catch(
    (error: unknown) => {
      throw sessionProblem(error);
    },
  );
  try {
    if (interactive) return await (await import('../conversation/converse.ts')).converse(context, opened, options);
    return await single(context, opened, options, prompt);
  } catch (error) {
    if (context.signal.aborted) return stopCode(context.signal);
    throw sessionProblem(error);
  } finally {
    await opened.close();
  }
}

/** One prompt, or what a session owes. */
async function single(context: Context, ground: Ground, options: RunOptions, prompt: Said | undefined): Promise<number> {
  const { runtime, view, file } = ground;
  const store = ground.store ?? { list: () => runtime.sessions() };
  const session = options.session === undefined ? undefined : (await findSession(store, options.session, file)).id;
  const cut = session === undefined ? undefined : await before(ground, session);
  if (prompt !== undefined) view.typed(prompt.text);
  const said = prompt && (await saidAs(context, ground, prompt, session));
  const begun =
    said === undefined ? runtime.resume(session as string) : runtime.start({ ...said, ...(session !== undefined && { session }) });
  const under = await orAbort(begun, context.signal);
  return perform(context, ground, { options, under, ...(cut !== undefined && { cut }) });
}

/** A line that names a command of the agent is said as the command says it. */
async function saidAs({ env, signal }: Context, { agent, agents, parts, runtime }: Ground, prompt: Said, session: string | undefined) {
  if (agent === undefined) return { prompt };
  const rules = async () => (session === undefined ? undefined : (await runtime.state(session)).rules);
  const command = await slashSaid(agent, prompt.text, { agents, parts, env, signal, session, rules });
  if (!command) return { prompt };
  return { prompt: { ...prompt, ...command.said }, ...(command.agent !== undefined && { agent: command.agent }) };
}

/** Makes known what a session owes from before this run; answers what is to be said of its last answer. */
async function before({ runtime, view }: Ground, session: string): Promise<string | undefined> {
  const { transcript } = await runtime.state(session);
  const last = transcript.findLast((message) => message.role === 'assistant');
  if (last === undefined) return undefined;
  view.knownCalls(last.blocks.flatMap((block) => (block.type === 'tool-call' ? [block] : [])));
  return cutWords(last.finish);
}

interface Performance {
  readonly options: RunOptions;
  readonly under: Run;
  /** To be said of the answer if it is only printed again. */
  readonly cut?: string;
}

/** Shows one run to its end and answers its questions. A stop reaches it at once. */
async function perform(context: Context, ground: Ground, { options, under, cut }: Performance): Promise<number> {
  const { signal, terminal } = context;
  const { runtime, view } = ground;
  const stop = (): void => void runtime.stop(under.session);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  const lost: { readonly error: unknown }[] = [];
  using desk = deskFor(context, ground, options, under.session, (error) => {
    lost.push({ error });
    stop();
  });
  try {
    let seen = 0;
    for await (const row of under.events) {
      seen += 1;
      view.row(row);
      desk.row(row);
    }
    const result: RunResult = await under.done;
    if (lost[0]) throw lost[0].error;
    const exit = exitOf(result, signal);
    view.end(under.session, result, exit, seen > 0);
    if (seen === 0 && cut !== undefined) view.notice(cut);
    if (context.json) return exit;
    const beliefs = result.failure?.blamed?.some(({ kind }) => kind === 'auth') ? ((await ground.beliefs?.()) ?? []) : [];
    // Not wrapped: what is to be typed must stay in one piece.
    for (const line of wayOn(context, options, under.session, result, exit, ground.keys, beliefs))
      terminal.err(`holdfast: ${tameLine(line)}\n`);
    return exit;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function deskFor(context: Context, ground: Ground, options: RunOptions, session: string, lost: (error: unknown) => void): QuestionDesk {
  const { terminal, signal: stop } = context;
  const { runtime, view, attended } = ground;
  return new QuestionDesk(session, {
    runtime,
    attended,
    yolo: () => options.yolo ?? false,
    ask: async (question, signal) => {
      const agent = question.path.length > 0 ? '' : (await runtime.state(session)).agent;
      const rule = await ruleFor(ground, session, agent, question, signal);
      view.parted();
      return askQuestion({ terminal, ...(rule !== undefined && { rule }) }, question, signal);
    },
    notice: view.notice,
    remark: view.remark,
    lost: (error) => {
      if (!stop.aborted) lost(error);
    },
  });
}
