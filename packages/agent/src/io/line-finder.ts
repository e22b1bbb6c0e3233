import { Worker } from 'node:worker_threads';

/**
 * Finds lines in texts.
 *
 * L1. A pattern that takes too long is given up with its thread; nothing else waits for it. The caller ends the finder when its time is over.
 */
export interface Found {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface LineFinder extends Disposable {
  /** Resolves undefined when it was ended. */
  find(text: string): Promise<readonly Found[] | undefined>;
}

/** Characters shown of a long line, around what was found. */
const SHOWN = 300;
const BEFORE = 60;

export function textFinder(query: string): LineFinder {
  let over = false;
  return {
    find: async (text) => (over ? undefined : findText(text, query)),
    [Symbol.dispose]: () => void (over = true),
  };
}

function findText(text: string, query: string): readonly Found[] {
  const found: Found[] = [];
  let line = 1;
  let counted = 0;
  for (let at = text.indexOf(query); at >= 0;) {
    const start = text.lastIndexOf('\n', at - 1) + 1;
    const end = text.indexOf('\n', at);
    for (let newline = text.indexOf('\n', counted); newline >= 0 && newline < start; newline = text.indexOf('\n', newline + 1)) line++;
    counted = start;
    found.push(excerpt(line, at - start, text.slice(start, end < 0 ? undefined : end)));
    at = end < 0 ? -1 : text.indexOf(query, end + 1);
  }
  return found;
}

function excerpt(line: number, at: number, whole: string): Found {
  const text = whole.replace(/\r$/, '');
  if (text.length <= SHOWN) return { line, column: at + 1, text };
  const from = Math.max(0, at - BEFORE);
  const part = text.slice(from, from + SHOWN).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
  return { line, column: at + 1, text: `${from > 0 ? '…' : ''}${part}${from + SHOWN < text.length ? '…' : ''}` };
}

const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const pattern = new RegExp(workerData.source, workerData.flags);
parentPort.on('message', (text) => {
  const found = [];
  let line = 0;
  for (const whole of text.split('\\n')) {
    line++;
    const match = pattern.exec(whole);
    if (match) found.push([line, match.index, whole]);
  }
  parentPort.postMessage(found);
});`;

/** Throws a plain error when the pattern is none. Inline flags at the beginning, as other engines have them, are understood. */
export function regexFinder(query: string): LineFinder {
  const { source, flags } = compile(query);
  // The thread gets nothing of ours: no environment, no flags.
  const worker = new Worker(WORKER, { eval: true, workerData: { source, flags }, env: {}, execArgv: [] });
  let over = false;
  let settle: ((found: readonly Found[] | undefined) => void) | undefined;
  const answer = (found: readonly Found[] | undefined): void => {
    settle?.(found);
    settle = undefined;
  };
  worker.on('message', (found: readonly [number, number, string][]) => answer(found.map(([line, at, text]) => excerpt(line, at, text))));
  worker.on('error', () => answer(undefined));
  worker.on('exit', () => {
    over = true;
    answer(undefined);
  });
  return {
    find: (text) =>
      new Promise((resolve) => {
        if (over) return resolve(undefined);
        settle = resolve;
        worker.postMessage(text, []);
      }),
    [Symbol.dispose]: () => {
      over = true;
      void worker.terminate();
      answer(undefined);
    },
  };
}

function compile(query: string): { readonly source: string; readonly flags: string } {
  const [inline, letters = ''] = /^\(\?([ims]+)\)/.exec(query) ?? [''];
  const source = query.slice(inline.length);
  // `s` and `m` change nothing within a line.
  const wanted = letters.includes('i') ? 'i' : '';
  try {
    void new RegExp(source, `${wanted}u`);
    return { source, flags: `${wanted}u` };
  } catch (error) {
    try {
      // Without `u` what it calls needless escapes are allowed, as models write them.
      void new RegExp(source, wanted);
      return { source, flags: wanted };
    } catch {
      throw new Error(
        `The pattern is not a regular expression: ${(error as Error).message}. To look for it as it is written leave out is_regex.`,
      );
    }
  }
}
