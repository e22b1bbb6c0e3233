import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { typedHistory } from './typed-history.ts';

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-history-'));
  folders.push(path);
  return path;
};
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true })));

const redact = (text: string): string => text.replaceAll('hunter2', '***');

describe('what was typed in earlier sessions', () => {
  it('is there again, the newest first, for its user alone; what holds a secret is not', () => {
    const state = folder();
    const { add } = typedHistory(state, redact);
    for (const text of ['one', 'two\nlines', 'my password is hunter2', 'x'.repeat(20_000), 'three']) add(text);
    expect(typedHistory(state, redact).entries).toEqual(['three', 'two\nlines', 'one']);
    expect(statSync(join(state, 'typed.history')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(state, 'typed.history'), 'utf8')).not.toContain('hunter2');
  });

  it('a damaged line costs itself, a long file is shortened, a folder that is not there costs nothing', () => {
    const state = folder();
    appendFileSync(join(state, 'typed.history'), `"a"\n{broken\n7\n${'"b"\n'.repeat(1100)}`);
    expect(typedHistory(state, redact).entries).toHaveLength(500);
    expect(readFileSync(join(state, 'typed.history'), 'utf8').split('\n')).toHaveLength(501);
    const none = typedHistory(join(state, 'none'), redact);
    none.add('x');
    expect(none.entries).toEqual([]);
  });
});
