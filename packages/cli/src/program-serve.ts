import { InvalidArgumentError, Option, type Command } from 'commander';
import { flagsOf, gather, whole, type Perform } from './program-flags.ts';

const port = (text: string): number => {
  const n = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(n <= 65_535)) throw new InvalidArgumentError('a port is a whole number from 0 to 65535; 0 picks one');
  return n;
};

export function serveCommand(root: Command, perform: Perform): void {
  root
    .command('serve')
    .description('a gateway that speaks OpenAI’s and Anthropic’s APIs and finishes answers that broke')
    .option('--host <HOST>', 'the address to listen at; another than this machine’s own needs keys', '127.0.0.1')
    .addOption(new Option('--port <PORT>', 'the port; 0 picks one').argParser(port).default(4141))
    .addOption(new Option('--workers <N>', 'processes that share the port and the state').argParser(whole).default(1))
    .option('--grace <DURATION>', 'how long calls that go on may take when it is told to leave (default: 30s)')
    .option('--agent <FILE>', 'an agent file whose sessions and runs are served below /api (repeatable)', gather)
    .addHelpText(
      'after',
      `
Examples:
  holdfast serve                                       http://127.0.0.1:4141, with holdfast.yaml
  holdfast serve --config team.yaml --host 0.0.0.0     for a team: the file must have keys
  holdfast serve --workers 4 --port 8080
  holdfast serve --agent team.yaml                     runs agents; drive them with: holdfast run team.yaml --remote http://127.0.0.1:4141
  curl -H "Authorization: Bearer $(cat ~/.holdfast/api.token)" http://127.0.0.1:4141/api/calls

The file is read again when it changes and on SIGHUP. SIGTERM and SIGINT finish what goes on; a second one leaves at once.
Exit codes: 2 wrong usage, invalid file, port in use · 130 interrupted · 143 terminated`,
    )
    .action(async (own: { host: string; port: number; workers: number; grace?: string; agent?: readonly string[] }, command: Command) =>
      perform(flagsOf(command), async (context) => (await import('./commands/serve.ts')).serve(context, own)),
    );
}
