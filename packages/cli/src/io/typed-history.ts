import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Messages that are kept, and characters of one. */
const [MOST, LONGEST] = [500, 10_000];

export interface TypedHistory {
  /** The newest first. */
  readonly entries: readonly string[];
  add(text: string): void;
}

/**
 * What was typed in earlier sessions: one JSON text a line, for this user alone (0600). A message with a known secret is not kept. A file
 * that cannot be read or written costs the history and nothing else.
 */
export function typedHistory(state: string, redact: (text: string) => string): TypedHistory {
  const file = join(state, 'typed.history');
  const entries = read(file);
  if (entries.length > 2 * MOST) shorten(file, entries.slice(-MOST));
  return {
    entries: entries.slice(-MOST).toReversed(),
    add: (text) => {
      if (text.length > LONGEST || redact(text) !== text) return;
      try {
        appendFileSync(file, `${JSON.stringify(text)}\n`, { mode: 0o600 });
      } catch {
        // A full disk stops no conversation.
      }
    },
  };
}

function read(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').flatMap(textIn);
  } catch {
    return [];
  }
}

function textIn(line: string): readonly string[] {
  try {
    const text: unknown = JSON.parse(line);
    return typeof text === 'string' ? [text] : [];
  } catch {
    return [];
  }
}

function shorten(file: string, entries: readonly string[]): void {
  try {
    writeFileSync(`${file}.new`, entries.map((text) => `${JSON.stringify(text)}\n`).join(''), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // It is shortened another time.
  }
}
