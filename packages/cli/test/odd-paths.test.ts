import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Place } from './command.ts';

describe.skipIf(process.platform !== 'linux').concurrent('the state folder is', () => {
  it.each([
    { what: 'where no folder can be made', path: () => '/proc/x/y', code: 1 },
    { what: 'a device', path: () => '/dev/null', code: 1 },
    { what: 'nothing', path: () => '', code: 2 },
    { what: 'far too long a name', path: (dir: string) => join(dir, 'way/too/long'.repeat(400)), code: 1 },
    {
      what: 'a link to nowhere',
      path: (dir: string) => {
        symlinkSync(join(dir, 'none'), join(dir, 'dangling'));
        return join(dir, 'dangling');
      },
      code: 1,
    },
    {
      what: 'a link to itself',
      path: (dir: string) => {
        symlinkSync(join(dir, 'loop'), join(dir, 'loop'));
        return join(dir, 'loop', 'below');
      },
      code: 1,
    },
    {
      what: 'a pipe',
      path: (dir: string) => {
        execFileSync('mkfifo', [join(dir, 'pipe')]);
        return join(dir, 'pipe');
      },
      code: 1,
    },
    ...['secret.key', 'sessions.db', 'health.db'].map((name) => ({
      what: `a pipe for ${name}`,
      path: (dir: string) => {
        mkdirSync(join(dir, 'state'));
        execFileSync('mkfifo', [join(dir, 'state', name)]);
        return join(dir, 'state');
      },
      code: 1,
    })),
  ])('$what: an error that says so, and no waiting', async ({ path, code }) => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const ended = await place.run(['run', file, 'Hello', '--state', path(place.work)]);
    expect(ended.code).toBe(code);
    expect(ended.err).toMatch(/state|health/);
    expect(ended.err).not.toMatch(/defect|at .*\.ts:\d+/);
  });
});

describe('a state folder that others may read', () => {
  it('is closed to them when it is empty, and left alone when it holds other things', async () => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const [empty, shared] = ['empty', 'shared'].map((name) => join(place.work, name)) as [string, string];
    for (const folder of [empty, shared]) mkdirSync(folder, { mode: 0o755 });
    writeFileSync(join(shared, 'notes.md'), 'mine');
    expect((await place.run(['run', file, 'Hello', '--state', empty])).code).toBe(0);
    expect(statSync(empty).mode & 0o777).toBe(0o700);
    const refused = await place.run(['run', file, 'Hello', '--state', shared]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('holds other things') });
    expect(statSync(shared).mode & 0o777).toBe(0o755);
  });
});

describe.skipIf(process.platform !== 'linux').concurrent('attached', () => {
  it('a device without an end is refused', async () => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const ended = await place.run(['run', file, 'Hello', '--attach', '/dev/zero']);
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('/dev/zero: is a device') });
  });
});
