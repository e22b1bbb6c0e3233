import { createInterface } from 'node:readline';
import type { Terminal } from '../context.ts';

function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', cut);
      lines.removeAllListeners();
      lines.close();
      settle();
    };
    const cut = (): void => finish(() => reject(signal.reason));
    if (signal.aborted) return cut();
    signal.addEventListener('abort', cut);
    lines.once('close', () => finish(() => resolve(undefined)));
    // The signal's way round: whoever was told of it fires the signal that cuts this question.
    lines.on('SIGINT', () => void process.kill(process.pid, 'SIGINT'));
    lines.question(question, (line) => finish(() => resolve(line)));
  });
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
  return {
    outIsTty: process.stdout.isTTY ?? false,
    inIsTty: process.stdin.isTTY ?? false,
    color,
    // A terminal that nobody has given a size says 0.
    columns: () => process.stdout.columns || 80,
    rows: () => process.stdout.rows || 24,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ask,
    input,
  };
}
