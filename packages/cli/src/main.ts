import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CommandError, EXIT, type Context } from './context.ts';
import { processTerminal } from './io/terminal-process.ts';

/** Flags that every command takes. */
interface Everywhere {
  readonly state?: string;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly config?: string;
}

const VERSION = '0.1.0';

const HELP_AFTER = `
Examples:
  holdfast run agent.yaml "What is in this folder?"     one prompt, the answer on stdout
  holdfast run agent.yaml --session -1                  go on where the newest session of this file stopped
  holdfast config check agent.yaml                      what is wrong with a file, and the way out
  holdfast health                                       which models rest, why and until when

Exit codes: 0 done · 1 failed · 2 wrong usage or invalid file · 4 busy (another process drives this session)
  75 nothing can answer now, try again later · 130 interrupted · 143 terminated`;

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
    signal,
  };
}

const whole = (text: string): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('a whole number above 0 is needed');
  return n;
};

const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

type Action = (context: Context) => Promise<number>;

/** The command line. Each command's code is loaded when it is asked for. */
function program(perform: (flags: Everywhere, action: Action) => Promise<void>): Command {
  const root = new Command('holdfast')
    .description('An agent runtime that keeps working when models fail.')
    .version(VERSION)
    .addHelpText('after', HELP_AFTER)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .option('--state <DIR>', 'the state folder (default: $HOLDFAST_STATE, else ~/.holdfast)')
    .option('--config <FILE>', 'the gateway file (default: holdfast.yaml if there)')
    .option('--json', 'JSON lines on stdout, nothing else')
    .option('--no-color', 'no styles on the terminal');
  const flagsOf = (command: Command): Everywhere => command.optsWithGlobals();

  root
    .command('run')
    .description('run an agent file with a prompt, or in an interactive session')
    .argument('<file>', 'the agent file')
    .argument('[prompt]', 'what to do; - reads it from stdin')
    .option('--agent <NAME>', 'the agent to run (default: root, else the first)')
    .option('--model <REF>', '[AGENT=]REF instead of the file’s model (repeatable)', gather)
    .option('--session <REF>', 'go on with a session: its id, or -1 for the newest of this file')
    .option('--yolo', 'approve every tool call that no rule denies')
    .option('--read-only', 'no writes, no shell')
    .option('--working-dir <DIR>', 'where tools work (default: here)')
    .option('--prompt-file <FILE>', 'a file added to the instruction (repeatable)', gather)
    .option('--attach <FILE>', 'a text file added to the prompt (repeatable)', gather)
    .addOption(new Option('--max-iterations <N>', 'model calls one prompt may take').argParser(whole))
    .option('--explain', 'print the record of every model call at the end')
    .addHelpText(
      'after',
      `
Examples:
  holdfast run agent.yaml "Summarise the notes in this folder"
  echo "List the risks" | holdfast run agent.yaml -
  holdfast run agent.yaml --session -1                finish what was interrupted; a finished one prints its answer again
  holdfast run agent.yaml --session -1 "And then?"    another turn
  holdfast run agent.yaml --model openai/gpt-5 --read-only "What does main.ts do?"`,
    )
    .action(async (file: string, prompt: string | undefined, own: object, command: Command) =>
      perform(flagsOf(command), async (context) =>
        (await import('./commands/run.ts')).run(context, { ...own, file, ...(prompt !== undefined && { prompt }) }),
      ),
    );

  root
    .command('health')
    .alias('backoff')
    .description('what rests, why and until when; set or clear a rest by hand')
    .argument('[action]', 'status | set | clear', 'status')
    .argument('[scope]', 'PROVIDER[/MODEL] to set; a scope id or a provider to clear')
    .option('--reason <KIND>', 'set: why it rests (quota, auth, overload, …)')
    .option('--for <DURATION>', 'set: how long (30s, 5m, 2h)')
    .addHelpText(
      'after',
      `
Examples:
  holdfast health
  holdfast health set anthropic/claude-sonnet-4-5 --reason overload --for 10m
  holdfast health clear anthropic`,
    )
    .action(async (action: string, scope: string | undefined, own: object, command: Command) =>
      perform(flagsOf(command), async (context) =>
        (await import('./commands/health.ts')).health(context, { ...own, action, ...(scope !== undefined && { scope }) }),
      ),
    );

  root
    .command('sessions')
    .description('stored sessions')
    .argument('[action]', 'list | show', 'list')
    .argument('[session]', 'an id, or -1 for the newest')
    .option('--file <FILE>', 'only sessions of this agent file')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast sessions\n  holdfast sessions show -1\n  holdfast sessions list --file agent.yaml --json',
    )
    .action(async (action: string, session: string | undefined, own: object, command: Command) =>
      perform(flagsOf(command), async (context) =>
        (await import('./commands/sessions.ts')).sessions(context, { ...own, action, ...(session !== undefined && { session }) }),
      ),
    );

  const config = root.command('config').description('agent and gateway files');
  config
    .command('check')
    .description('errors and warnings with file, line, column and the way out')
    .argument('<files...>', 'the files')
    .addHelpText('after', '\nExample:\n  holdfast config check agent.yaml team.yaml')
    .action(async (files: readonly string[], _own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/config-check.ts')).configCheck(context, files)),
    );

  root
    .command('trust')
    .description('record consent to what a file sends elsewhere or runs at load')
    .argument('<file>', 'the agent file')
    .addHelpText('after', '\nExample:\n  holdfast trust agent.yaml')
    .action(async (file: string, _own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/trust.ts')).trust(context, file)),
    );
  return root;
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

/** A closed pipe (`holdfast … | head`) is no failure of ours. */
function bearClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

export async function main(): Promise<void> {
  bearClosedPipes();
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
