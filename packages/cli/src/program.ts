import { Command, Option } from 'commander';
import { LOG_LEVELS } from './context.ts';
import { flagsOf, gather, whole, type Perform } from './program-flags.ts';
import { budgetsCommand, callsCommand, doctorCommand, explainCommand } from './program-inspect.ts';
import { serveCommand } from './program-serve.ts';
import { sessionsCommand } from './program-sessions.ts';
import { VERSION } from './version.ts';

export type { Action, Everywhere } from './program-flags.ts';

const HELP_AFTER = `
Examples:
  holdfast run agent.yaml "What is in this folder?"     one prompt, the answer on stdout
  holdfast run agent.yaml --session -1                  go on where the newest session of this file stopped
  holdfast config check agent.yaml                      what is wrong with a file, and the way out
  holdfast serve                                        a gateway for OpenAI’s and Anthropic’s clients
  holdfast health                                       which models rest, why and until when

Exit codes: 0 done · 1 failed · 2 wrong usage or invalid file · 4 busy (another process drives this session)
  75 nothing can answer now, try again later · 130 interrupted · 143 terminated`;

function runCommand(root: Command, perform: Perform): void {
  root
    .command('run')
    .description('run an agent file with a prompt, or in an interactive session')
    .argument('<file>', 'the agent file')
    .argument('[prompt]', 'what to do; - reads it from stdin')
    .option('--agent <NAME>', 'the agent to run (default: root, else the first)')
    .option('--model <REF>', '[AGENT=]REF instead of the file’s model (repeatable)', gather)
    .option('--session <REF>', 'go on with a session: its REF in `holdfast sessions`, or -1 for the newest of this file')
    .option('--caller <NAME>', 'whose calls these are, to budgets, lane weights and records (default: nobody’s)')
    .option('--yolo', 'approve every tool call that no rule denies')
    .option('--read-only', 'no writes, no shell')
    .option('--working-dir <DIR>', 'where tools work (default: here)')
    .option('--prompt-file <FILE>', 'a file added to the instruction (repeatable)', gather)
    .option('--attach <FILE>', 'a text or a picture added to the prompt (repeatable)', gather)
    .addOption(new Option('--max-iterations <N>', 'model calls one prompt may take').argParser(whole))
    .option('--remote <URL>', 'run it at a server: holdfast serve --agent FILE')
    .option('--token-file <FILE>', 'the server’s token (default: $HOLDFAST_TOKEN)')
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
}

function healthCommand(root: Command, perform: Perform): void {
  root
    .command('health')
    .alias('backoff')
    .description('what rests, why and until when; set or clear a rest by hand; ask a model now')
    .argument('[action]', 'status | set | clear | probe', 'status')
    .argument('[scope]', 'PROVIDER[/MODEL] to set; a scope id or a provider to clear; PROVIDER/MODEL to probe')
    .option('--reason <KIND>', 'set: why it rests (quota, auth, overload, …)')
    .option('--for <DURATION>', 'set: how long (30s, 5m, 2h)')
    .option('--timeout <DURATION>', 'probe: how long to wait for an answer')
    .addHelpText(
      'after',
      `
Examples:
  holdfast health
  holdfast health set anthropic/claude-sonnet-4-5 --reason overload --for 10m
  holdfast health clear anthropic
  holdfast health probe anthropic/claude-sonnet-4-5    asks it now, though it rests`,
    )
    .action(async (action: string, scope: string | undefined, own: object, command: Command) =>
      perform(flagsOf(command), async (context) =>
        (await import('./commands/health.ts')).health(context, { ...own, action, ...(scope !== undefined && { scope }) }),
      ),
    );
}

function configCommand(root: Command, perform: Perform): void {
  const config = root.command('config').description('agent and gateway files');
  config
    .command('check')
    .description('errors and warnings with file, line, column and the way out')
    .argument('[files...]', 'the files (default: the gateway file)')
    .addHelpText('after', '\nExample:\n  holdfast config check agent.yaml team.yaml')
    .action(async (files: readonly string[], _own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/config-check.ts')).configCheck(context, files)),
    );
  config
    .command('import')
    .description('a gateway file made from another gateway’s file, on stdout; comments say what was not carried over')
    .argument('<format>', 'litellm')
    .argument('<file>', 'its file')
    .addHelpText('after', '\nExample:\n  holdfast config import litellm config.yaml > holdfast.yaml')
    .action(async (format: string, file: string, _own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/config-import.ts')).configImport(context, format, file)),
    );
}

function trustCommand(root: Command, perform: Perform): void {
  root
    .command('trust')
    .description('record consent to what a file sends elsewhere or runs at load')
    .argument(
      '<file>',
      'the agent file (a gateway file is consented to by each agent file that uses it), or the gateway file that is served',
    )
    .addHelpText('after', '\nExample:\n  holdfast trust agent.yaml')
    .action(async (file: string, _own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/trust.ts')).trust(context, file)),
    );
}

/** The command line. Each command's code is loaded when it is asked for. */
export function program(perform: Perform): Command {
  const root = new Command('holdfast')
    .description('An agent runtime and model gateway that keeps working when models fail.')
    .version(VERSION)
    .addHelpText('after', HELP_AFTER)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'holdfast: ')) })
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 12 })
    .option('--state <DIR>', 'the state folder (default: $HOLDFAST_STATE, else ~/.holdfast)')
    .option('--config <FILE>', 'the gateway file (default: holdfast.yaml if there)')
    .option('--json', 'JSON lines on stdout, nothing else')
    .addOption(new Option('--log-level <LEVEL>', 'what stderr says when nobody watches').choices(LOG_LEVELS).default('info'))
    .option('--no-color', 'no styles on the terminal');
  runCommand(root, perform);
  serveCommand(root, perform);
  healthCommand(root, perform);
  sessionsCommand(root, perform);
  callsCommand(root, perform);
  budgetsCommand(root, perform);
  explainCommand(root, perform);
  doctorCommand(root, perform);
  configCommand(root, perform);
  trustCommand(root, perform);
  return root;
}
