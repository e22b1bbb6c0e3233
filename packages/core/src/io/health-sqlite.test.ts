import { setImmediate } from 'node:timers/promises';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { HealthStore } from '../ports.ts';
import type { Report, ReportTarget } from '../rules/belief.ts';
import { scopesOf } from '../rules/scope.ts';
import { healthStoreContract } from '../testing/health-store.contract.ts';
import { systemClock, systemRandom } from './clock-system.ts';
import { failOpen } from './health-fail-open.ts';
import { SqliteHealth, type SqliteHealthOptions } from './health-sqlite.ts';
import { openDatabase } from './sqlite-driver.ts';

const made: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-health-'));
  made.push(path);
  return path;
};
const opened: HealthStore[] = [];
const open = (state: string, more: Partial<SqliteHealthOptions> = {}): SqliteHealth => {
  const say = (line: string): void => expect.fail(line);
  const store = new SqliteHealth({ folder: state, clock: systemClock, random: systemRandom, alive: () => true, say, ...more });
  opened.push(store);
  return store;
};

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

healthStoreContract({ describe, it }, 'SQLite, two connections', async () => {
  const state = folder();
  const alive = (owner: string): boolean => owner !== 'dead';
  return { a: open(state, { alive }), b: open(state, { alive }), owner: 'living', deadOwner: 'dead', close: async () => {} };
});

const target: ReportTarget = { entry: 'work', model: 'small', credential: 'work#KEY', account: 'work#KEY', group: 'small' };
const scopes = scopesOf(target);
const failure: Report = { outcome: { kind: 'overload', facts: { status: 529 } }, verdict: 'fact', phase: 'end', began: 5000, chance: 0 };

describe('health in SQLite', () => {
  it('keeps what was believed for who comes later', async () => {
    const state = folder();
    const first = open(state);
    await first.report({ ...target, fingerprint: 'f' }, { ...failure, outcome: { kind: 'auth', facts: {} } }, 5000);
    await first.report(target, failure, 5000);
    await first.report(
      target,
      { ...failure, outcome: { kind: 'malformed', facts: {} }, verdict: 'suspect', prompt: 'p', caller: 'c' },
      5000,
    );
    await first.claim(['endpoint:work/small'], { id: 'l', owner: 'o', until: 60_000 }, 30_000);
    const beliefs = await first.read(scopes);
    expect([...beliefs.values()].map(({ tag }) => tag).toSorted()).toEqual(['cool', 'probing', 'resting']);
    first.close();
    expect(await open(state).read(scopes)).toEqual(beliefs);
  });

  it('the folder and the files are private, whatever they were', async () => {
    const state = join(folder(), 'deep', 'state');
    await open(state).report(target, failure, 5000);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(state)) expect([name, statSync(join(state, name)).mode & 0o777]).toEqual([name, 0o600]);
    const loose = folder();
    writeFileSync(join(loose, 'health.db'), '', { mode: 0o644 });
    chmodSync(join(loose, 'health.db'), 0o644);
    await open(loose).report(target, failure, 5000);
    expect(statSync(join(loose, 'health.db')).mode & 0o777).toBe(0o600);
  });

  it('a file that is no database is moved aside and said once', async () => {
    const state = folder();
    writeFileSync(join(state, 'health.db'), 'not a database at all\n'.repeat(100));
    const said: string[] = [];
    const store = open(state, { say: (line) => void said.push(line) });
    await store.report(target, failure, 5000);
    expect((await store.read(scopes)).size).toBe(1);
    expect(said).toHaveLength(1);
    expect(readdirSync(state).filter((name) => name.startsWith('health.db.corrupt-'))).toHaveLength(1);
    expect((await open(state).read(scopes)).size).toBe(1);
  });

  it('a file that is damaged while it is open is moved aside, and both processes go on with the new one', async () => {
    const state = folder();
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    const store = open(state, { say });
    await store.report(target, failure, 5000);
    store.close();
    const size = statSync(join(state, 'health.db')).size;
    writeFileSync(join(state, 'health.db'), Buffer.concat([Buffer.alloc(100, 0xff), Buffer.alloc(size - 100)]));
    const other = open(state, { say });
    await Promise.all([store.report(target, failure, 5000), other.report(target, failure, 5000)]);
    expect(said).toHaveLength(1);
    expect(await store.read(scopes)).toEqual(await other.read(scopes));
    expect((await store.read(scopes)).size).toBe(1);
  });

  it('a file of another age is read and written in the columns we know', async () => {
    const state = folder();
    const older = openDatabase(join(state, 'health.db'), 0);
    older.exec('CREATE TABLE belief (scope TEXT PRIMARY KEY, tag TEXT, since REAL, until REAL, strikes INTEGER, mood TEXT DEFAULT 1)');
    older.exec("INSERT INTO belief VALUES ('endpoint:work', 'resting', 1, 9000, 2, 'grim'), ('endpoint:x', 'dreaming', 1, 1, 1, '')");
    older.exec("INSERT INTO belief VALUES ('endpoint:y', 'resting', 'soon', 9000, 2, '')");
    older.close();
    const store = open(state);
    expect([...(await store.read(['endpoint:work', 'endpoint:x', 'endpoint:y'])).keys()]).toEqual(['endpoint:work']);
    await store.set('endpoint:work', { until: 9500, why: { kind: 'network' } }, 5000);
    store.close();
    const again = openDatabase(join(state, 'health.db'), 0);
    expect(again.prepare("SELECT until, mood FROM belief WHERE scope = 'endpoint:work'").get()).toEqual({ until: 9500, mood: 'grim' });
    again.close();
  });

  it('D2: a success on what is pristine, and a failure of a known incident, write nothing', async () => {
    const state = folder();
    const store = open(state);
    await store.report(target, failure, 5000);
    const watch = openDatabase(join(state, 'health.db'), 0);
    const version = watch.prepare('PRAGMA data_version');
    const before = version.get();
    await store.report({ ...target, entry: 'else', credential: 'e#K', account: 'e#K' }, { ...failure, outcome: 'ok' }, 5000);
    await store.report(target, failure, 5001);
    expect(version.get()).toEqual(before);
    await store.report(target, { ...failure, began: 90_000 }, 90_000);
    expect(version.get()).not.toEqual(before);
    watch.close();
  });

  it('D3: a locked database is tried again, and given up without blocking', async () => {
    const state = folder();
    const store = open(state);
    await store.report(target, failure, 5000);
    const holder = openDatabase(join(state, 'health.db'), 0);
    holder.exec('BEGIN IMMEDIATE');
    await expect(store.clear('endpoint:work')).rejects.toThrow(/locked/);
    const waiting = store.clear('endpoint:work');
    holder.exec('COMMIT');
    holder.close();
    expect(await waiting).toBe(1);
  });

  it('a database that stays locked stops no call: memory for 5 s, and then the file has what was reported meanwhile', async () => {
    const state = folder();
    let passed = 0;
    const clock = { ...systemClock, mono: () => systemClock.mono() + passed };
    const said: string[] = [];
    const store = failOpen(open(state, { clock }), { clock, say: (line) => void said.push(line) });
    await store.report(target, failure, 5000);
    const holder = openDatabase(join(state, 'health.db'), 0);
    holder.exec('BEGIN IMMEDIATE');
    await store.report(target, { ...failure, outcome: { kind: 'quota', facts: {} } }, 5000);
    expect(said).toHaveLength(1);
    expect((await store.read(scopes)).size).toBe(2);
    expect((await open(state).read(scopes)).size).toBe(1);
    holder.exec('COMMIT');
    holder.close();
    passed += 5_000;
    // The write that was under way when the store was given up may still be failing: it is owed a moment later.
    for (const other = open(state); (await other.read(scopes)).size < 2; await setImmediate()) await store.read(scopes);
    await store.read(scopes);
    expect(said).toHaveLength(2);
  });

  it('a file that was removed is not written to any longer', async () => {
    const state = folder();
    let mono = 0;
    const store = open(state, { clock: { ...systemClock, mono: () => mono } });
    await store.report(target, failure, 5000);
    for (const name of readdirSync(state)) rmSync(join(state, name));
    mono += 2000;
    await store.report(target, failure, 5000);
    expect(existsSync(join(state, 'health.db'))).toBe(true);
    expect((await open(state).read(scopes)).size).toBe(1);
  });

  it('a folder that cannot be made, and a file that is a folder, are errors of the verb', async () => {
    const state = folder();
    writeFileSync(join(state, 'file'), '');
    expect(() => open(join(state, 'file', 'state')).read(scopes)).toThrow();
    expect(() => open(join(state, 'file')).read(scopes)).toThrow();
  });

  it('D1: what is written by who knows nothing of our numbering, a person with a SQL shell, is seen', async () => {
    const state = folder();
    const store = open(state);
    await store.report(target, failure, 5000);
    expect((await store.read(scopes)).size).toBe(1);
    const shell = openDatabase(join(state, 'health.db'), 100);
    shell.exec("UPDATE belief SET until = 77000 WHERE scope = 'endpoint:work/small'");
    expect((await store.read(scopes)).get('endpoint:work/small')).toMatchObject({ until: 77_000 });
    shell.exec("INSERT INTO belief (scope, tag, since, until, why) VALUES ('endpoint:work', 'resting', 1, 2, '{}')");
    expect([...(await store.read(scopes)).keys()].toSorted()).toEqual(['endpoint:work', 'endpoint:work/small']);
    shell.exec('DELETE FROM belief');
    expect((await store.read(scopes)).size).toBe(0);
    await store.report(target, failure, 5000);
    expect((await open(state).read(scopes)).size).toBe(1);
    shell.close();
  });

  it('D2: a change is written over the row it was judged by: others who are quicker three times win, and it is said', async () => {
    const state = folder();
    const said: string[] = [];
    const other = open(state);
    let quicker = 0;
    // Asked while the claim is judged: somebody else renews the lease at that very moment.
    const alive = (): boolean => {
      quicker += 1;
      other.claim(scopes, { id: 'theirs', owner: 'o', until: 60_000 + quicker }, 30_000);
      return true;
    };
    const store = open(state, { alive, say: (line) => void said.push(line) });
    await other.report(target, failure, 5000);
    await other.claim(scopes, { id: 'theirs', owner: 'o', until: 60_000 }, 30_000);
    // Their lease has run out for this clock: the claim would be granted, were they not renewing it.
    expect(await store.claim(scopes, { id: 'mine', owner: 'p', until: 99_000 }, 65_000)).toEqual({ ok: false, until: 65_250, held: true });
    expect(quicker).toBe(3);
    expect(said).toEqual(['health: 1 report was dropped, others were quicker']);
    expect((await other.read(scopes)).get('endpoint:work/small')).toMatchObject({ tag: 'probing', lease: { id: 'theirs', until: 60_003 } });
  });

  it('what says nothing is removed after a day, and whoever knew it goes on', async () => {
    const state = folder();
    let now = 5000;
    const clock = { ...systemClock, now: () => now };
    const first = open(state, { clock });
    await first.set('endpoint:gone', { until: 9000, why: { kind: 'overload' } }, now);
    await first.clear('endpoint:gone');
    await first.report(target, failure, now);
    const rows = (): number => {
      const shell = openDatabase(join(state, 'health.db'), 100);
      const { n } = shell.prepare('SELECT count(*) AS n FROM belief').get() as { n: number };
      shell.close();
      return n;
    };
    expect(rows()).toBe(2);
    now += 25 * 3_600_000;
    const second = open(state, { clock });
    await second.report({ ...target, entry: 'else' }, { ...failure, began: now }, now);
    expect(rows()).toBe(2);
    await first.set('endpoint:gone', { until: now + 9000, why: { kind: 'overload' } }, now);
    expect((await second.read(['endpoint:gone'])).size).toBe(1);
  });

  it('a bucket of retries lies in the same file, and is no belief', async () => {
    const state = folder();
    const [store, other] = [open(state), open(state)];
    const drawn = [];
    for (let i = 0; i < 4; i++) drawn.push((await (i % 2 === 0 ? store : other).draw('work', { calls: [] }, 5000)).ok);
    expect(drawn).toEqual([true, true, true, false]);
    expect(await other.list()).toEqual([]);
    store.close();
    expect((await open(state).draw('work', { calls: [] }, 5000)).ok).toBe(false);
  });
});
