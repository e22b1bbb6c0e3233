import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { sqliteHealth } from '../src/sqlite.ts';
import { failed, SCOPES, T, TARGET } from '../src/testing/health-cases.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) {
    chmodSync(path, 0o700);
    rmSync(path, { recursive: true });
  }
});

/** Another user's process; root writes anywhere. */
const NOBODY = 65_534;
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

const CODE = `
const { sqliteHealth } = await import(process.argv[1]);
const said = [];
const store = sqliteHealth({ path: process.argv[2], say: (line) => said.push(line) });
const target = { entry: 'own', model: 'm', credential: 'own#K', account: 'own#K', group: 'm' };
const report = { outcome: { kind: 'overload', facts: {} }, verdict: 'fact', phase: 'end', began: 5, chance: 0 };
for (let i = 0; i < 3; i++) await store.report(target, report, 5 + i);
const known = await store.read(['endpoint:own/m']);
await store.close();
console.log(JSON.stringify({ said, known: [...known.keys()] }));`;

async function elsewhere(path: string): Promise<{ said: string[]; known: string[] }> {
  const module = new URL('../src/sqlite.ts', import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', CODE, module, path], {
    ...asNobody,
    cwd: '/',
  });
  return JSON.parse(stdout);
}

describe('a state folder that this process may not write to', () => {
  it.each(['empty', 'with beliefs of somebody else'])('%s: it goes on in memory, and says so once', async (how) => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-read-only-'));
    made.push(folder);
    if (how !== 'empty') {
      const store = sqliteHealth(folder);
      await store.report(TARGET, failed('overload', T), T);
      await store.close();
      chmodSync(join(folder, 'health.db'), 0o444);
    }
    chmodSync(folder, 0o555);
    const { said, known } = await elsewhere(folder);
    expect(known).toEqual(['endpoint:own/m']);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/health store unavailable \(.*\); going on in memory/);
    const again = sqliteHealth(folder);
    chmodSync(folder, 0o755);
    if (how !== 'empty') expect((await again.read(SCOPES)).size).toBe(1);
    await again.close();
  });
});
