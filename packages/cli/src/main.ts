import { homedir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { CommandError, EXIT, type Context } from './context.ts';
import { processTerminal } from './io/terminal-process.ts';
import { program, type Action, type Everywhere } from './program.ts';
import { tame } from './render/width.ts';
import { quote } from './shell-words.ts';

interface Interrupts extends Pick<Context, 'signal' | 'softened' | 'hungUp'> {
  readonly code: () => number | undefined;
}

/** Interrupts: the first stops the run at once, a second one while it is stopping leaves without waiting. */
function interrupts(): Interrupts {
  const stop = new AbortController();
  let code: number | undefined;
  let soft: (() => void) | undefined;
  let hung: (() => void) | undefined;
  const on = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', exit: number): void => {
    process.on(name, () => {
      if (name === 'SIGHUP' && hung !== undefined) return hung();
      if (code !== undefined) process.exit(exit);
      const instead = name === 'SIGINT' ? soft : undefined;
      soft = undefined;
      if (instead) return instead();
      code = exit;
      stop.abort(new CommandError(exit, ''));
    });
  };
  on('SIGINT', EXIT.interrupted);
  on('SIGTERM', EXIT.terminated);
  on('SIGHUP', 129);
  const softened: Context['softened'] = (instead) => {
    soft = instead;
    return { [Symbol.dispose]: () => void (soft = undefined) };
  };
  const hungUp: Context['hungUp'] = (instead) => {
    hung = instead;
    return { [Symbol.dispose]: () => void (hung = undefined) };
  };
  return { signal: stop.signal, softened, hungUp, code: () => code };
}

/** How to call this command again: by its name where it has one, else as it was called. */
function programName(): string {
  if (process.env['npm_command'] === 'exec') return 'npx holdfast';
  const path = process.argv[1] ?? 'holdfast';
  if (!/\.[cm]?[jt]s$/.test(path)) return basename(path);
  const near = relative(process.cwd(), path);
  return `node ${quote(near.startsWith('..') ? path : near)}`;
}

function contextOf(flags: Everywhere, { signal, softened, hungUp }: Interrupts): Context {
  const color =
    flags.color !== false && process.env['NO_COLOR'] === undefined && (process.stdout.isTTY ?? false) && process.env['TERM'] !== 'dumb';
  if (flags.state === '') throw new CommandError(EXIT.usage, '--state names no folder');
  return {
    terminal: processTerminal(color),
    env: (name) => process.env[name],
    environment: process.env,
    cwd: process.cwd(),
    state: resolve(flags.state ?? (process.env['HOLDFAST_STATE'] || join(homedir(), '.holdfast'))),
    config: { file: flags.config ?? 'holdfast.yaml', named: flags.config !== undefined },
    json: flags.json ?? false,
    logLevel: flags.logLevel ?? 'info',
    program: programName(),
    where: [
      ...(flags.state === undefined ? [] : ['--state', flags.state]),
      ...(flags.config === undefined ? [] : ['--config', flags.config]),
    ],
    signal,
    softened,
    hungUp,
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
  const stops = interrupts();
  const { code } = stops;
  let exit: number = EXIT.done;
  const perform = async (flags: Everywhere, action: Action): Promise<void> => {
    exit = await action(contextOf(flags, stops));
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
    if (error.message !== '') process.stderr.write(`holdfast: ${tame(error.message)}\n`);
    return error.exit;
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: '' };
  process.stderr.write(
    `holdfast: ${tame(message)}\nThis is a defect of holdfast. Please report it${process.env['HOLDFAST_DEBUG'] ? `:\n${stack}` : ' (HOLDFAST_DEBUG=1 shows where).'}\n`,
  );
  return EXIT.failed;
}
