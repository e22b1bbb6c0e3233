import type { Context } from '../context.ts';
import { fileCommands } from '../file-commands.ts';
import { pathsFrom } from '../io/near-files.ts';
import { typedHistory } from '../io/typed-history.ts';
import { tameLine } from '../render/width.ts';
import type { RuntimeOptions } from '../runtime-setup.ts';
import { wayOn } from '../way-on.ts';
import { completions } from './commands.ts';
import { Conversation } from './conversation.ts';
import { folderOf } from './folder.ts';
import { commandPorts } from './command-ports.ts';
import type { Ground } from './ground.ts';

/** An interactive session, until its user leaves. A run that is left under way is stopped, and how it goes on is said. */
export async function converse(context: Context, ground: Ground, options: RuntimeOptions): Promise<number> {
  const { terminal, signal } = context;
  const talk = new Conversation(context, ground, options);
  const stop = (): void => talk.events.push({ type: 'stop' });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    terminal.err('holdfast: /help lists the commands; Ctrl-C stops an answer, Ctrl-D leaves\n');
    const exit = await conversing(talk);
    const left = { why: 'stopped', answer: '' } as const;
    const lines = talk.working && talk.session !== undefined ? wayOn(context, options, talk.session, left, exit, undefined, []) : [];
    // It may stand in the middle of a line.
    if (lines.length > 0) ground.view.remark('the run under way is stopped');
    for (const line of lines) terminal.err(`holdfast: ${tameLine(line)}\n`);
    return exit;
  } finally {
    signal.removeEventListener('abort', stop);
    talk.close();
  }
}

async function conversing(talk: Conversation): Promise<number> {
  const { context, ground, events } = talk;
  await talk.open();
  const history = typedHistory(context.state, ground.redact);
  using keyboard = context.terminal.keyboard({
    history: history.entries,
    remember: history.add,
    complete: (line) => completed(talk, line),
    line: (text) => events.push({ type: 'line', text }),
    end: () => events.push({ type: 'end' }),
    parted: ground.view.parted,
  });
  for (;;) {
    keyboard.wait(talk.prompt);
    const exit = await talk.take(await events.next());
    if (exit !== undefined) return exit;
  }
}

/** Commands after a slash, paths after an `@`. */
function completed(talk: Conversation, line: string): [string[], string] {
  if (/^\/[\w-]*$/.test(line)) {
    const others = fileCommands(talk.agent, commandPorts(talk)).map(({ name }) => name);
    return [completions(line, others), line];
  }
  const begun = /(?:^|\s)@([^\s"]*)$/.exec(line)?.[1];
  if (begun === undefined) return [[], line];
  return [pathsFrom(folderOf(talk), begun).map((path) => `@${path}`), `@${begun}`];
}
