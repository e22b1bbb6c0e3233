import type { EventRow, Run, RunResult, Runtime } from '@holdfast/agent';
import { orAbort } from '@holdfast/core/engine';
import { EXIT, CommandError, type Context } from '../context.ts';
import { exitOf, stopCode } from '../exit-code.ts';
import { openRuntime, type Opened, type RuntimeOptions } from '../runtime-setup.ts';
import { promptText } from '../prompt-text.ts';
import { answerQuestion } from '../questions.ts';
import { sessionProblem } from '../session-problem.ts';
import { findSession } from '../session-ref.ts';

export interface RunOptions extends RuntimeOptions {
  readonly prompt?: string;
  readonly session?: string;
  readonly attach?: readonly string[];
}

/** `holdfast run FILE [PROMPT|-]`. */
export async function run(context: Context, options: RunOptions): Promise<number> {
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
    return await perform(context, opened, options, await orAbort(begin(opened.runtime, session, prompt), context.signal));
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

/** Shows one run to its end and answers its questions. A stop reaches it at once. */
async function perform(context: Context, { runtime, view, attended }: Opened, options: RunOptions, under: Run): Promise<number> {
  const { signal, terminal } = context;
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
    if (exit !== EXIT.done && !context.json) say(terminal.err, result, options.file);
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

/** The way on, where there is one. */
function say(err: (text: string) => void, { why, failure }: RunResult, file: string): void {
  const later = failure?.retryAt === undefined ? '' : ` after ${new Date(failure.retryAt).toTimeString().slice(0, 8)}`;
  if (why !== 'done') err(`holdfast: go on${later} with: holdfast run ${file} --session -1\n`);
}

/** An interactive session: a prompt a line, until the input ends. */
async function converse(context: Context, opened: Opened, options: RunOptions): Promise<number> {
  const { terminal, signal } = context;
  let session: string | undefined;
  for (;;) {
    const line = await terminal.ask('> ', signal).catch(() => undefined);
    if (signal.aborted) return stopCode(signal);
    if (line === undefined || ['/exit', '/quit', 'exit', 'quit'].includes(line.trim())) return EXIT.done;
    if (line.trim() === '') continue;
    const under = await orAbort(begin(opened.runtime, session, line), signal);
    session = under.session;
    const exit = await perform(context, opened, options, under);
    if (signal.aborted) return exit;
  }
}
