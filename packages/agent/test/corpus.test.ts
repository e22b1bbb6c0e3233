import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decode, decodeRow, encode, VERSION, type Columns } from '../src/rules/rows.ts';
import type { RunState } from '../src/rules/run-state.ts';
import { versionOf } from '../src/rules/row-version.ts';
import { emptyTree, grow } from '../src/rules/tree.ts';

/**
 * Rows as each version wrote them, one file a session, one row a line, as they stand in the table. They are never changed. A new version
 * adds a folder with every type of event it brought; `vitest -u` writes the states they fold to, which then stay too.
 */
const CORPUS = join(import.meta.dirname, 'corpus');

interface Stored {
  readonly seq: number;
  readonly version: number;
  readonly at: number;
  readonly run: string;
  readonly path: string;
  readonly attempt: string | null;
  readonly type: string;
  readonly body: string;
}

const versions = Array.from({ length: VERSION }, (_, n) => n + 1);
const filesOf = (version: number) => readdirSync(join(CORPUS, `v${version}`)).filter((name) => name.endsWith('.jsonl'));
const rowsOf = (version: number, name: string): readonly Stored[] =>
  readFileSync(join(CORPUS, `v${version}`, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Stored);

const TYPES_OF_1 = ['run-start', 'input', 'model-reply', 'attempt-withdrawn', 'question', 'answer', 'tool-start', 'tool-result', 'notice'];
const TYPES: Readonly<Record<number, readonly string[]>> = {
  1: [...TYPES_OF_1, 'run-end'],
  2: ['model-failed', 'agent-switch', 'model-choice', 'compaction', 'spent', 'permissions', 'tools-added', 'loop-warning', 'limit-raised'],
};

describe('rows of every version', () => {
  it('each version that may be on disk has a folder, with every type of event it brought', () => {
    for (const version of versions) {
      const types = new Set(filesOf(version).flatMap((name) => rowsOf(version, name).map(({ type }) => type)));
      for (const type of TYPES[version] ?? []) expect(types, `v${version}: ${type}`).toContain(type);
    }
  });

  it.each(versions.flatMap((version) => filesOf(version).map((name) => [version, name] as const)))(
    'v%i/%s is read, and folds to the state it always did',
    async (version, name) => {
      const tree = emptyTree();
      for (const { seq, at, run, path, attempt, body, type, version: own } of rowsOf(version, name)) {
        const columns: Columns = [seq, own, at, run, path, attempt, body];
        const row = decodeRow('s', columns);
        expect(row).toMatchObject({ seq, version: VERSION, at, run, path: JSON.parse(path), event: { type } });
        grow(tree, row);
      }
      const states = Object.fromEntries([...tree.states].map(([key, state]) => [key === '' ? 'root' : key, plain(kept(state))]));
      const file = join(CORPUS, `v${version}`, name.replace('.jsonl', '.snap'));
      await expect(`${JSON.stringify({ states, open: [...tree.open.values()] }, null, 1)}\n`).toMatchFileSnapshot(file);
    },
  );

  it('what version 1 wrote is still written as version 1, byte for byte: an older reader goes on reading it', () => {
    for (const name of filesOf(1))
      for (const { body, version } of rowsOf(1, name)) {
        const event = decode(body, version);
        expect(encode(event)).toBe(body);
        expect(versionOf(event, [])).toBe(1);
        expect(versionOf(event, ['helper@c1'])).toBe(2);
      }
  });

  it('whatever version 1 does not know is of a version that its reader refuses by name', () => {
    const asVersion1 = (body: string, version: number) => decode(body, version, {}, 1);
    for (const name of filesOf(2)) {
      const refused = rowsOf(2, name).filter(({ body, version }) => {
        if (version === 1) return !asVersion1(body, version);
        expect(() => asVersion1(body, version)).toThrow('written by a newer version');
        return true;
      });
      expect(refused.length, name).toBeGreaterThan(0);
    }
    for (const event of [
      { type: 'input', text: 'x', hidden: true },
      { type: 'answer', id: 'q', decision: 'allow-session' },
      { type: 'run-end', why: 'over-limit' },
      { type: 'question', id: 'q', about: 'limit', limit: 'usd', reached: 1, reason: 'r' },
    ] as const)
      expect(versionOf(event, [])).toBe(2);
  });
});

/** What a session is resumed from. A state may gain fields; these stay what they were. */
function kept(state: RunState) {
  const { agent, task, turn, transcript, owed, allowed, allowAll, rules, consumed, spent, models, added, ended } = state;
  return { agent, task, turn, transcript, owed, allowed, allowAll, rules, consumed, spent, models, added, ended };
}

/** Sets and maps as JSON holds them. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      inner instanceof Set ? [...inner] : inner instanceof Map ? Object.fromEntries(inner as Map<string, unknown>) : inner,
    ),
  );
