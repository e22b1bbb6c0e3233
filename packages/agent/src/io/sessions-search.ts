import { setImmediate as turn } from 'node:timers/promises';
import { decode } from '../rules/rows.ts';
import { Hits, saidIn } from '../rules/said.ts';
import type { SessionsFile } from './sessions-file.ts';
import type { Statements } from './sessions-sql.ts';

/** Rows looked at before others have a turn: some 5 ms. */
const STEP = 4000;

/**
 * Looks through what was said in every session: no index that could be wrong, grow or keep what was deleted. SQLite passes over the rows
 * that cannot match, and the rest are read and matched here, so that a search means the same in every store.
 */
export async function searchSaid(file: SessionsFile, sql: Statements, words: readonly string[], hits: Hits): Promise<void> {
  const { row: top } = (await file.retry(() => sql.get('top').get())) as { row: number | null };
  const patterns = words.map(patternOf);
  const likes = patterns.map(() => "body LIKE ? ESCAPE '!'").join(' OR ');
  const some = file.db.prepare(
    `SELECT session, version, body FROM event WHERE rowid > ? AND rowid <= ? AND type IN ('input', 'model-reply') AND (${likes})`,
  );
  for (let from = 0; from < (top ?? 0); from += STEP) {
    const rows = await file.retry(() => some.all(from, from + STEP, ...patterns) as unknown as Stored[]);
    for (const { session, version, body } of rows) hits.add(session, textOf(body, version));
    await turn();
  }
}

interface Stored {
  readonly session: string;
  readonly version: number;
  readonly body: string;
}

/** LIKE folds ASCII only, and bodies are JSON: any other word is looked for by reading. */
function patternOf(word: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\x21-\x7e]+$/.test(word) ? `%${JSON.stringify(word).slice(1, -1).replace(/[!%_]/g, '!$&')}%` : '%';
}

/** A row that cannot be read, by its version or its damage, is not found; the search goes on. */
function textOf(body: string, version: number): string {
  try {
    return saidIn(decode(body, version));
  } catch {
    return '';
  }
}
