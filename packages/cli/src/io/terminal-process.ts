import { createInterface } from 'node:readline';
import type { AskOptions, KeyboardOptions, Terminal } from '../context.ts';
import { LineEditor } from './line-editor.ts';
import { PagedOutput } from './paged-output.ts';

/** Lines that came with an answer and were typed ahead of the next prompt, and the line begun after them. */
interface Ahead {
  readonly lines: string[];
  begun: string;
}

async function ask(ahead: Ahead, question: string, signal: AbortSignal, { fresh = false }: AskOptions): Promise<string | undefined> {
  signal.throwIfAborted();
  if (fresh) {
    ahead.lines.length = 0;
    ahead.begun = '';
    await dropTyped();
    signal.throwIfAborted();
  }
  const known = ahead.lines.shift();
  if (known !== undefined) {
    process.stderr.write(`${question}${known}\n`);
    return known;
  }
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    // Only what is ours is taken off: the interface takes its own ears off the input when it closes.
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', cut);
      lines.off('close', ended);
      lines.close();
      settle();
    };
    const ended = (): void => finish(() => resolve(undefined));
    const cut = (): void => {
      // What comes next has a line of its own.
      if (lines.terminal) process.stderr.write('\n');
      finish(() => reject(signal.reason));
    };
    signal.addEventListener('abort', cut);
    lines.once('close', ended);
    // The signal's way round: whoever was told of it fires the signal that cuts this question.
    lines.on('SIGINT', () => void process.kill(process.pid, 'SIGINT'));
    lines.question(question, (line) => {
      const more = (next: string): void => void ahead.lines.push(next);
      lines.on('line', more);
      // Several lines can come at once; those after the first are typed ahead.
      setImmediate(() => {
        ahead.begun = lines.line;
        finish(() => resolve(line));
      });
    });
    if (ahead.begun !== '') lines.write(ahead.begun);
    ahead.begun = '';
  });
}

/** Turns of the event loop in which input that waits is sure to be read. */
const TURNS = 4;

/** What was typed before a question was there is no answer to it. */
async function dropTyped(): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  const drop = (typed: Buffer): void => {
    if (typed.includes(3)) process.kill(process.pid, 'SIGINT');
  };
  // Without its line discipline the terminal gives a line that is not ended yet as well.
  stdin.setRawMode(true);
  stdin.on('data', drop);
  stdin.resume();
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => void setImmediate(resolve));
  stdin.off('data', drop);
  stdin.pause();
  stdin.setRawMode(false);
}

async function input(signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  const cut = (): void => void process.stdin.destroy();
  signal.addEventListener('abort', cut);
  try {
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  } catch (error) {
    // A stream cut short says so in words of its own.
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
  signal.throwIfAborted();
  return Buffer.concat(chunks).toString('utf8');
}

/** The terminal of this process. `color` false: no styles, whatever the terminal could do. */
export function processTerminal(color: boolean): Terminal {
  const ahead: Ahead = { lines: [], begun: '' };
  const output = new PagedOutput();
  let editor: LineEditor | undefined;
  let asking = 0;
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (editor) editor.write(stream, text);
    else if (asking > 0) output.hold(stream, text);
    else output.write(stream, text);
  };
  const asked = async (question: string, signal: AbortSignal, options: AskOptions): Promise<string | undefined> => {
    output.fresh();
    asking += 1;
    try {
      return await ask(ahead, question, signal, options);
    } finally {
      asking -= 1;
      output.newLine();
      if (asking === 0) output.flush();
    }
  };
  const keyboard = (options: KeyboardOptions) => {
    const own = new LineEditor(options);
    editor = own;
    for (const line of ahead.lines.splice(0)) own.type(`${line}\r`);
    return {
      wait: (prompt: string | undefined) => own.wait(prompt),
      [Symbol.dispose]: () => {
        editor = undefined;
        own[Symbol.dispose]();
      },
    };
  };
  return {
    outIsTty: process.stdout.isTTY ?? false,
    inIsTty: process.stdin.isTTY ?? false,
    errIsTty: process.stderr.isTTY ?? false,
    color,
    // A terminal that nobody has given a size says 0.
    columns: () => process.stdout.columns || process.stderr.columns || 80,
    rows: () => process.stdout.rows || 24,
    out: (text) => write(process.stdout, text),
    err: (text) => write(process.stderr, text),
    ask: (question, signal, options = {}) => (editor ? editor.ask(question, signal) : asked(question, signal, options)),
    keyboard,
    input,
  };
}
