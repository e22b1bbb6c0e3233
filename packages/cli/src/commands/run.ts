import type { EventRow, Run, RunResult, Runtime } from '@holdfast/agent';
import { follow, orAbort } from '@holdfast/core/engine';
import { EXIT, CommandError, type Context } from '../context.ts';
import { exitOf, stopCode } from '../exit-code.ts';
import { openRuntime, type Opened, type RuntimeOptions } from '../runtime-setup.ts';
import { promptText } from '../prompt-text.ts';
import { answerQuestion } from '../questions.ts';
import { cutWords } from '../render/call-lines.ts';
import { jsonRefused } from '../render/json-view.ts';
import { tameLine } from '../render/width.ts';
import { secretsOf } from '../secrets-setup.ts';
import { sessionProblem } from '../session-problem.ts';
import { findSession } from '../session-ref.ts';
import { keyLines, wayOn } from '../way-on.ts';

export interface RunOptions extends RuntimeOptions {
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
  const prompt = await promptText(context, options);
  const interactive = prompt === undefined && options.session === undefined;
  if (interactive && (!context.terminal.inIsTty || context.json))
    throw new CommandError(EXIT.usage, 'a prompt is needed: holdfast run FILE "…", or - to read it from stdin');
  const opened = await openRuntime(context, options).catch((error: unknown) => {
    throw sessionProblem(error);
  });
  try {
    const session = options.session === undefined ? undefined : (await findSession(opened.store, options.session, opened.file)).id;
    if (interactive) return await converse(context, opened, options);
    const cut = session === undefined ? undefined : await before(opened, session);
    const under = await orAbort(begin(opened.runtime, session, prompt), context.signal);
    return await perform(context, opened, { options, under, interactive, ...(cut !== undefined && { cut }) });
  } catch (error) {
    if (context.signal.aborted) return stopCode(context.signal);
    throw sessionProblem(error);
  } finally {
    await opened.close();
  }
}

const begin = (runtime: Runtime, session: string | undefined, prompt: string | undefined): Promise<Run> => {
  if (prompt !== undefined) return runtime.start({ prompt, ...(session !== undefined && { session }) });
  return runtime.resume(session as string);
};

/** Makes known what a session owes from before this run; answers what is to be said of its last answer. */
async function before({ store, view }: Opened, session: string): Promise<string | undefined> {
  const last = (await store.read(session, 0)).findLast(({ event }) => event.type === 'model-reply');
  if (last === undefined) return undefined;
  view.known(last);
  return last.event.type === 'model-reply' ? cutWords(last.event.finish) : undefined;
}

interface Performance {
  readonly options: RunOptions;
  readonly under: Run;
  readonly interactive: boolean;
  /** To be said of the answer if it is only printed again. */
  readonly cut?: string;
}

/** Shows one run to its end and answers its questions. A stop reaches it at once. */
async function perform(context: Context, opened: Opened, { options, under, interactive, cut }: Performance): Promise<number> {
  const { signal, terminal } = context;
  const { runtime, view, attended } = opened;
  const stop = (): void => void runtime.stop(under.session);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  try {
    let seen = 0;
    for await (const row of under.events) {
      seen += 1;
      view.row(row);
      if (attended && row.event.type === 'question') await ask(context, runtime, options, row);
    }
    const result: RunResult = await under.done;
    const exit = exitOf(result, signal);
    view.end(under.session, result, exit, seen > 0);
    if (seen === 0 && cut !== undefined) view.notice(cut);
    if (context.json) return exit;
    const beliefs = result.failure?.blamed?.some(({ kind }) => kind === 'auth') ? await opened.beliefs() : [];
    const ways = interactive
      ? keyLines(context, result.failure, opened.keys, beliefs)
      : wayOn(context, options, under.session, result, exit, opened.keys, beliefs);
    // Not wrapped: what is to be typed must stay in one piece.
    for (const line of ways) terminal.err(`holdfast: ${tameLine(line)}\n`);
    return exit;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function ask(
  { terminal, signal }: Context,
  runtime: Runtime,
  { yolo = false }: RunOptions,
  { session, event }: EventRow,
): Promise<void> {
  if (event.type !== 'question') return;
  await answerQuestion({ terminal, runtime, signal, yolo }, session, event).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** An interactive session: a prompt a line, until the input ends. Ctrl-C stops an answer; at the prompt, or a second time, it ends the session. */
async function converse(context: Context, opened: Opened, options: RunOptions): Promise<number> {
  const { terminal, signal } = context;
  terminal.err('holdfast: Ctrl-C stops an answer; Ctrl-D, /exit or Ctrl-C at the prompt leaves\n');
  let session: string | undefined;
  for (;;) {
    const line = await terminal.ask('> ', signal).catch(() => undefined);
    if (signal.aborted) return stopCode(signal);
    if (line === undefined || ['/exit', '/quit', 'exit', 'quit'].includes(line.trim())) return EXIT.done;
    if (line.trim() === '') continue;
    const under = await orAbort(begin(opened.runtime, session, line), signal);
    session = under.session;
    using turn = follow(signal);
    using _soft = context.softened(() => turn.abort(new CommandError(EXIT.interrupted, '')));
    const exit = await perform({ ...context, signal: turn.signal }, opened, { options, under, interactive: true });
    if (signal.aborted) return exit;
  }
}
