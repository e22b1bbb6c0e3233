import { Option, type Command } from 'commander';
import { flagsOf, whole, type Perform } from './program-flags.ts';

export function sessionsCommand(root: Command, perform: Perform): void {
  root
    .command('sessions')
    .description('stored sessions: look, search, branch, name, delete, export, who allowed what')
    .argument('[action]', 'list | show | branch | star | unstar | title | delete | export | decisions', 'list')
    .argument('[words...]', 'a REF of the list, or -1 for the newest, -2 for the one before; for title, a REF and the text')
    .option('--file <FILE>', 'only sessions of this agent file')
    .option('--search <WORDS>', 'list: only where all these words were said, or are in the title')
    .option('--starred', 'list: only starred ones')
    .addOption(new Option('--limit <N>', 'list: the newest so many').argParser(whole))
    .addOption(
      new Option('--at <N>', 'branch: what came before your N-th message, to say that differently (default: all)').argParser(whole),
    )
    .option('--older-than <DURATION>', 'delete: all in which nothing happened for so long (30d, 12h); starred ones stay')
    .option('--yes', 'delete: without asking')
    .option('--force', 'delete: also while a live process drives it')
    .option('--format <FORMAT>', 'export: json | md | html (default: by the name of the file, else md)')
    .option('-o, --output <FILE>', 'export: into this file')
    .addHelpText(
      'after',
      `
Examples:
  holdfast sessions
  holdfast sessions --search "flaky test" --file agent.yaml
  holdfast sessions show -1
  holdfast sessions branch -1 --at 3                  another try from before your third message
  holdfast sessions title -1 "Release notes"
  holdfast sessions export -1 -o session.html
  holdfast sessions decisions -1                      which calls were allowed, which were not, and by whom
  holdfast sessions delete --older-than 30d --yes`,
    )
    .action(async (action: string, words: readonly string[], own: object, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/sessions.ts')).sessions(context, { ...own, action, words })),
    );
}
