import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { holdfast } from '../library.ts';
import type { Model } from '../model.ts';
import type { HealthStore } from '../ports.ts';
import { isModelFailure } from '../rules/failure.ts';
import { failed, SCOPES, T, TARGET } from '../testing/health-cases.ts';
import { healthStoreContract } from '../testing/health-store.contract.ts';
import { sqliteHealth } from './health-open.ts';
import { processIdentity } from './process-identity.ts';

const made: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-open-'));
  made.push(path);
  return path;
};
const opened: HealthStore[] = [];
const open = (path: Parameters<typeof sqliteHealth>[0]): HealthStore => {
  const store = sqliteHealth(path);
  opened.push(store);
  return store;
};

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

healthStoreContract({ describe, it }, 'sqliteHealth(path) twice', async () => {
  const path = folder();
  const [boot, space] = processIdentity().owner.split(':').slice(2);
  return { a: open(path), b: open(path), owner: processIdentity().owner, deadOwner: `999999999:1:${boot}:${space}`, close: async () => {} };
});

describe('sqliteHealth', () => {
  it.each([
    ['', 'health.db'],
    ['deep/er', 'deep/er/health.db'],
    ['beliefs.db', 'beliefs.db'],
    ['some/beliefs.sqlite', 'some/beliefs.sqlite'],
  ])('a path of "%s" is %s', async (path, file) => {
    const at = folder();
    await open(join(at, path)).report(TARGET, failed('overload', T), T);
    expect(existsSync(join(at, file))).toBe(true);
    expect((await open({ path: join(at, path) }).read(SCOPES)).size).toBe(1);
  });

  it('names its process in leases, and a library chain uses the name', () => {
    expect(open(folder()).owner).toBe(processIdentity().owner);
  });

  it('`~` is the home folder', async () => {
    const home = process.env['HOME'];
    process.env['HOME'] = folder();
    try {
      await open('~/state').report(TARGET, failed('overload', T), T);
      expect(readdirSync(join(process.env['HOME'], 'state'))).toContain('health.db');
    } finally {
      if (home !== undefined) process.env['HOME'] = home;
    }
  });

  it('a place that cannot be used stops nothing, and is said once with its name', async () => {
    const at = folder();
    writeFileSync(join(at, 'file'), '');
    const said: string[] = [];
    const store = sqliteHealth({ path: join(at, 'file', 'state'), say: (line) => void said.push(line) });
    await store.report(TARGET, failed('overload', T), T);
    expect((await store.read(SCOPES)).size).toBe(1);
    await store.close();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(join(at, 'file', 'state', 'health.db'));
  });

  it.each([
    ['', /sqliteHealth\(\{ path \}\): must be a folder or a file/],
    [7, /sqliteHealth\(path\): needs a path/],
    [{}, /sqliteHealth\(\{ path \}\)/],
    [{ path: 'x', sya: () => {} }, /sqliteHealth\(\{ sya \}\): is no option; did you mean say\?/],
    [{ path: 'x', say: 'loud' }, /sqliteHealth\(\{ say \}\): must be a function/],
  ])('%j is refused with the way out', (options, words) => {
    expect(() => sqliteHealth(options as string)).toThrow(words);
    try {
      sqliteHealth(options as string);
    } catch (error) {
      expect(isModelFailure(error) && error.facts.code).toBe('bad-option');
    }
  });

  it.each(['~/.holdfast', {}, null, { read: true }])(
    'holdfast({ health: %j }) is refused, and says how a path is made a store',
    (health) => {
      const model = { doStream: () => {}, provider: 'p', modelId: 'm' } as unknown as Model;
      expect(() => holdfast({ models: [model], health: health as unknown as HealthStore })).toThrow(
        /holdfast\(\{ health \}\): .*sqliteHealth\(/,
      );
    },
  );
});
