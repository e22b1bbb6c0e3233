import type { AgentFile } from '@holdfast/agent/engine';
import { systemClock } from '@holdfast/core/engine';
import {
  forkWorker,
  leavePrimary,
  listenShared,
  MinuteBook,
  Primary,
  reloading,
  reservePort,
  watchFile,
  WorkersFailed,
  type Link,
} from '@holdfast/server';
import { CommandError, EXIT, type Context } from './context.ts';
import { secretsOf } from './secrets-setup.ts';
import { checkServed, servedFile, servedText, type ServedText } from './serve-file.ts';
import { listening, told, type ServeOptions } from './serve-listen.ts';
import { openServed } from './serve-setup.ts';
import { servedState } from './serve-stores.ts';
import { serveView } from './serve-view.ts';

/** Ms beyond the grace after which a worker that has not left is killed. */
const BEYOND = 5_000;
/** Ms that workers have to take over a file. */
const TAKE_OVER = 30_000;

/** What a worker is told when it begins. */
interface WorkerText extends ServedText {
  readonly port: number;
  /** All have served before: it takes the place of one that died. */
  readonly again: boolean;
}

/** `--workers N`: this process serves nothing itself. It starts the workers, reads the file for them and carries what they share. */
export async function manyWorkers(
  context: Context,
  options: ServeOptions,
  grace: number | undefined,
  { file, ...read }: ServedText & { readonly file: AgentFile },
  ready: (url: string) => void,
): Promise<number> {
  const secrets = secretsOf(context.environment);
  const { notice } = serveView(context.terminal, context.logLevel, secrets.redact);
  const workers = new Primary({ count: options.workers, fork: forkWorker, book: new MinuteBook(), clock: systemClock, say: notice });
  let [latest, served] = [file, read as ServedText];
  const url = await listening(options, reservePort);
  const port = Number(new URL(url).port || 80);
  let again = false;
  // A worker that is started later serves the same text at the same port, whatever lies on the disk by then and whichever port was picked.
  workers.start({ text: (): WorkerText => ({ ...served, port, again }) });
  try {
    await Promise.race([workers.ready, gone(workers.over, context.signal)]);
    again = true;
    ready(url);
  } catch (error) {
    workers.drain(0);
    if (error instanceof WorkersFailed) throw new CommandError(error.exit, error.message, { cause: error });
    throw error;
  }
  let next = served;
  const reload = reloading({
    file,
    load: async () => checkServed(context, (next = await servedText(context)), options.host),
    apply: async (now) => {
      [latest, served] = [now, next];
      const answers = await workers.toAll('take-over', served, TAKE_OVER);
      for (const one of answers)
        if (one.status === 'rejected') notice(`a worker did not take it over: ${String((one.reason as Error).message)}`);
    },
    say: notice,
    clock: systemClock,
  });
  const unwatch = watchFile(file.name, systemClock, reload.soon);
  using _hup = context.hungUp(() => void reload.now());
  const failed = await Promise.race([workers.over, told(context.signal)]);
  unwatch();
  await reload.close();
  if (failed) throw new CommandError(failed.exit, failed.message);
  workers.drain((grace ?? latest.server.grace) + BEYOND);
  await workers.over;
  return EXIT.done;
}

/** Told to leave before it could answer. */
async function gone(over: Promise<unknown>, signal: AbortSignal): Promise<never> {
  await Promise.race([over, told(signal)]);
  throw new CommandError(EXIT.failed, '');
}

/** One of several. What it says of itself goes to the Primary, which says it once. */
export async function worker(context: Context, options: ServeOptions, grace: number | undefined, link: Link): Promise<number> {
  const leave = new AbortController();
  link.serve({ drain: () => leave.abort() });
  // The primary's affair.
  using _hup = context.hungUp(() => {});
  try {
    const quiet: Context = { ...context, terminal: { ...context.terminal, err: () => {} } };
    const { port, again, ...read } = (await link.ask('text')) as WorkerText;
    let latest = await servedFile(quiet, read, options.host);
    const served = await openServed(context, { file: latest, state: servedState(context, again), host: options.host, link });
    await listening({ ...options, port }, (host, at) => listenShared(served.http.server, host, at));
    link.serve({
      'take-over': async (text: ServedText) => {
        const next = await servedFile(quiet, text, options.host);
        await served.apply(next);
        latest = next;
      },
    });
    link.tell('ready');
    await Promise.race([told(context.signal), told(leave.signal)]);
    await served.leave(grace ?? latest.server.grace);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    link.tell('failed', { message: error.message, exit: error.exit });
    return error.exit;
  } finally {
    leavePrimary();
  }
}
