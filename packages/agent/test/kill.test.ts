import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function life(folder: string, die: number): Promise<{ readonly signal: string | null; readonly out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'run-worker.ts'), folder, 's', String(die)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.on('close', (_, signal) => resolve({ signal, out }));
  });
}

/** Appends of a run that nobody kills. */
const APPENDS = 6;

describe('kill -9', () => {
  it.each(Array.from({ length: APPENDS }, (_, i) => [i + 1, -(i + 1)]).flat())(
    'at append %i: the resumed run ends the same, each tool counted',
    async (die) => {
      const folder = join(root, `d${die}`);
      expect((await life(folder, die)).signal).toBe('SIGKILL');
      const { out, signal } = await life(folder, 0);
      expect(signal).toBe(null);
      expect(JSON.parse(out)).toMatchObject({ why: 'done', answer: 'the end' });

      const store = await openSqliteSessions({ folder, alive: () => false });
      const rows = await store.read('s', 0);
      await store.close();
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
      expect(rows.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
      const ran = readFileSync(join(folder, 'ran'), 'utf8').trim().split('\n');
      for (const id of ['safe-1', 'once-1', 'alone-2']) {
        const results = rows.flatMap(({ event }) => (event.type === 'tool-result' && event.id === id ? [event.how] : []));
        expect(results).toHaveLength(1);
        const times = ran.filter((one) => one === id).length;
        if (id !== 'safe-1') expect(times).toBeLessThanOrEqual(1);
        if (results[0] === 'done') expect(times).toBeGreaterThanOrEqual(1);
      }
    },
  );

  it('the run that nobody kills has as many appends as were tried above', async () => {
    const { out } = await life(join(root, 'whole'), 0);
    expect(JSON.parse(out)).toMatchObject({ why: 'done', answer: 'the end', appends: APPENDS });
  });
});
