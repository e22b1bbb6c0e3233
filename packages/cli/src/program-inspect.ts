import { Option, type Command } from 'commander';
import { flagsOf, whole, type Perform } from './program-flags.ts';

/** Commands that look and change nothing. */
export function callsCommand(root: Command, perform: Perform): void {
  root
    .command('calls')
    .description('records of model calls: who was tried, why, how long it took, what it cost')
    .argument('[action]', 'list | show', 'list')
    .argument('[call]', 'a REF of the list, or -1 for the newest that fits')
    .option('--since <WHEN>', 'so long ago (2h, 30m) or a date')
    .option('--caller <NAME>', 'only of this caller')
    .option('--session <ID>', 'only of this session')
    .option('--model <TEXT>', 'only calls that asked a target with this in its name')
    .option('--failed', 'only calls that nobody answered, lost ones included')
    .addOption(new Option('--limit <N>', 'the newest so many').argParser(whole))
    .addHelpText(
      'after',
      `
Examples:
  holdfast calls
  holdfast calls list --failed --since 2h
  holdfast calls show -1                              the newest, attempt by attempt
  holdfast calls list --model anthropic/ --json`,
    )
    .action(async (action: string, call: string | undefined, own: object, command: Command) =>
      perform(flagsOf(command), async (context) =>
        (await import('./commands/calls.ts')).calls(context, { ...own, action, ...(call !== undefined && { call }) }),
      ),
    );
}

export function budgetsCommand(root: Command, perform: Perform): void {
  root
    .command('budgets')
    .description('what is used and held under each budget, of how much, and when it renews')
    .argument('[file]', 'an agent or gateway file that says how much (default: the gateway file)')
    .addHelpText('after', '\nExamples:\n  holdfast budgets\n  holdfast budgets agent.yaml --json')
    .action(async (file: string | undefined, _own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/budgets.ts')).budgets(context, file)),
    );
}

export function explainCommand(root: Command, perform: Perform): void {
  root
    .command('explain')
    .description('what a request would meet, target by target, without asking anybody')
    .argument('<what>', 'an agent file, a gateway file, or a tier or model by name')
    .option('--agent <NAME>', 'of an agent file (default: root, else the first)')
    .addOption(new Option('--tokens <N>', 'the size of the request').argParser(whole))
    .addOption(new Option('--max-tokens <N>', 'the output it asks for').argParser(whole))
    .option('--images', 'it holds images')
    .option('--caller <NAME>', 'whose request it is, to budgets')
    .addHelpText(
      'after',
      `
Examples:
  holdfast explain agent.yaml
  holdfast explain smart --config holdfast.yaml --tokens 150000
  holdfast explain anthropic/claude-sonnet-4-5`,
    )
    .action(async (what: string, own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/explain.ts')).explain(context, { ...own, what })),
    );
}

export function doctorCommand(root: Command, perform: Perform): void {
  root
    .command('doctor')
    .description('whether keys, endpoints, state folder, clock and versions are as they must be; sends no key, asks no model')
    .argument('[file]', 'an agent or gateway file (default: holdfast.yaml, else the vendors there is a key for)')
    .option('--offline', 'connect to nobody')
    .addHelpText(
      'after',
      `
Examples:
  holdfast doctor
  holdfast doctor agent.yaml

Exit codes: 0 all is well, or only to be looked at · 1 something does not work · 2 a file is invalid
  75 only endpoints do not answer`,
    )
    .action(async (file: string | undefined, own: object, command: Command) =>
      perform(flagsOf(command), async (context) =>
        (await import('./commands/doctor.ts')).doctor(context, { ...own, ...(file !== undefined && { file }) }),
      ),
    );
}
