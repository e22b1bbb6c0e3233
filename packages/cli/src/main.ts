import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { CommandError, EXIT, type Context } from './context.ts';
import { processTerminal } from './io/terminal-process.ts';
import { program, type Action, type Everywhere } from './program.ts';

/** Interrupts: the first stops the run at once, a second one while it is stopping leaves without waiting. */
function interrupts(): { readonly signal: AbortSignal; readonly code: () => number | undefined } {
  const stop = new AbortController();
  let code: number | undefined;
  const on = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', exit: number): void => {
    process.on(name, () => {
      if (code !== undefined) process.exit(exit);
      code = exit;
      stop.abort(new CommandError(exit, ''));
    });
  };
  on('SIGINT', EXIT.interrupted);
  on('SIGTERM', EXIT.terminated);
  on('SIGHUP', 129);
  return { signal: stop.signal, code: () => code };
}

function contextOf(flags: Everywhere, signal: AbortSignal): Context {
  const color =
    flags.color !== false && process.env['NO_COLOR'] === undefined && (process.stdout.isTTY ?? false) && process.env['TERM'] !== 'dumb';
  return {
    terminal: processTerminal(color),
    env: (name) => process.env[name],
    environment: process.env,
    cwd: process.cwd(),
    state: resolve(flags.state ?? process.env['HOLDFAST_STATE'] ?? join(homedir(), '.holdfast')),
    config: { file: flags.config ?? 'holdfast.yaml', named: flags.config !== undefined },
    json: flags.json ?? false,
    logLevel: flags.logLevel ?? 'info',
    signal,
  };
}

/** Negative session references are values, not flags: `--session -1` reaches commander as `--session=-1`. */
const joinSession = (words: readonly string[]): string[] => {
  const joined: string[] = [];
  for (const word of words) {
    if (/^-\d+$/.test(word) && joined.at(-1) === '--session') joined[joined.length - 1] = `--session=${word}`;
    else joined.push(word);
  }
  return joined;
};

/**
 * A closed pipe (`holdfast … | head`) is no failure of ours, and neither is a terminal that was closed: its signal stops the run. Where
 * the answer cannot be written, that is the failure. Nothing ends in a stack trace.
 */
function bearLostOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') return;
      process.exit(failureCode(new CommandError(EXIT.failed, `the output cannot be written: ${error.message}`)));
    });
  process.on('uncaughtException', (error) => process.exit(failureCode(error)));
}

export async function main(): Promise<void> {
  bearLostOutput();
  const { signal, code } = interrupts();
  let exit: number = EXIT.done;
  const perform = async (flags: Everywhere, action: Action): Promise<void> => {
    exit = await action(contextOf(flags, signal));
  };
  try {
    await program(perform).parseAsync(joinSession(process.argv.slice(2)), { from: 'user' });
  } catch (error) {
    exit = failureCode(error);
  }
  process.exitCode = code() ?? exit;
  if (code() !== undefined) process.exit();
}

function failureCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof CommandError) {
    if (error.message !== '') process.stderr.write(`holdfast: ${error.message}\n`);
    return error.exit;
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: '' };
  process.stderr.write(
    `holdfast: ${message}\nThis is a defect of holdfast. Please report it${process.env['HOLDFAST_DEBUG'] ? `:\n${stack}` : ' (HOLDFAST_DEBUG=1 shows where).'}\n`,
  );
  return EXIT.failed;
}
