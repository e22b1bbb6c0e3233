import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@holdfast/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoundedText } from '../rules/bounded-text.ts';
import { groupAlive, killGroup } from './process-group.ts';
import { spawnHeld, type ShellLimits } from './held-shell.ts';

const clock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

let folder = '';
beforeEach(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-shell-')))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const held = (command: string, env: Record<string, string> = { PATH: process.env['PATH'] ?? '' }) =>
  spawnHeld({ command, cwd: folder, env });
const limits = (more: Partial<ShellLimits> = {}): ShellLimits => ({
  timeoutMs: 20_000,
  clock,
  signal: new AbortController().signal,
  scrub: (text) => text,
  ...more,
});
const run = async (command: string, more: Partial<ShellLimits> = {}) => (await held(command)).run(limits(more));

/** Resolves when the file is there: what runs in a shell says so by making it. */
async function appears(name: string): Promise<void> {
  while (!existsSync(join(folder, name))) await clock.sleep(5, limits().signal);
}
async function ends(...[stamp]: Parameters<typeof groupAlive>): Promise<void> {
  while (groupAlive(stamp)) await clock.sleep(5, limits().signal);
}

describe('shell process', () => {
  it('gives back output in order, both streams, and the exit code', async () => {
    const outcome = await run('echo one; echo two >&2; echo three >/dev/stderr; echo four >/dev/stdout; exit 7');
    expect(outcome).toEqual({ output: 'one\ntwo\nthree\nfour\n', code: 7, end: 'exited', leftovers: false });
  });

  it('has no input, no further descriptors, and the folder and environment it was given', async () => {
    const { output } = await (
      await held('cat; pwd; env | cut -d= -f1 | sort; ls /proc/self/fd 2>/dev/null | wc -l', { PATH: '/usr/bin:/bin', MINE: 'x' })
    ).run(limits());
    const [pwd, ...rest] = output.trim().split('\n');
    expect(pwd).toBe(folder);
    expect(rest).toEqual(expect.arrayContaining(['MINE', 'PATH']));
    expect(rest.filter((name) => /HOLDFAST|KEY|TOKEN/.test(name))).toEqual([]);
  });

  it('H1: nothing has run before the byte; a drop runs nothing', async () => {
    const process = await held('touch ran');
    expect(groupAlive(process.stamp)).toBe(true);
    expect(process.stamp.group).toBe(process.stamp.pid);
    process.drop();
    await ends(process.stamp);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('H1: it exits by itself when the process that holds it is killed', async () => {
    const module = fileURLToPath(new URL('./held-shell.ts', import.meta.url));
    writeFileSync(
      join(folder, 'holder.mjs'),
      `import { spawnHeld } from ${JSON.stringify(module)};
       const { stamp } = await spawnHeld({ command: 'touch ran', cwd: ${JSON.stringify(folder)}, env: process.env });
       console.log(JSON.stringify(stamp));
       setInterval(() => {}, 1000);`,
    );
    const holder = spawn(process.execPath, [join(folder, 'holder.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(holder.stdout, 'data')) as [Buffer];
    const stamp = JSON.parse(line.toString()) as Parameters<typeof groupAlive>[0];
    expect(groupAlive(stamp)).toBe(true);
    holder.kill('SIGKILL');
    await ends(stamp);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('H5: what is tied runs as long as it likes, ends clean, and leaves nothing', async () => {
    const process = await spawnHeld({
      command: 'echo a; cat; echo b >&2; exit 6',
      cwd: folder,
      env: { PATH: '/usr/bin:/bin' },
      tied: true,
    });
    const { timeoutMs: _, ...endless } = limits();
    expect(await process.run(endless)).toEqual({ output: 'a\nb\n', code: 6, end: 'exited', leftovers: false });
    await ends(process.stamp);
  });

  it('H5: what is tied can be dropped and stopped as any other', async () => {
    const tied = (command: string) => spawnHeld({ command, cwd: folder, env: { PATH: '/usr/bin:/bin' }, tied: true });
    const dropped = await tied('touch ran');
    dropped.drop();
    await ends(dropped.stamp);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    const stop = new AbortController();
    const stopped = await tied(`trap '' TERM; touch up; sleep 1000 & wait; wait`);
    const running = stopped.run(limits({ signal: stop.signal }));
    await appears('up');
    stop.abort();
    expect((await running).end).toBe('stopped');
    expect(groupAlive(stopped.stamp)).toBe(false);
  });

  it.each(['sleep 1000', `trap '' TERM HUP; touch up; sleep 1000 & wait; wait`])(
    'H5: when the process that started it is killed, what is tied ends by itself: %s',
    async (command) => {
      const module = fileURLToPath(new URL('./held-shell.ts', import.meta.url));
      const core = fileURLToPath(new URL('../../../core/src/engine.ts', import.meta.url));
      writeFileSync(
        join(folder, 'holder.mjs'),
        `import { spawnHeld } from ${JSON.stringify(module)};
         import { systemClock } from ${JSON.stringify(core)};
         const held = await spawnHeld({ command: ${JSON.stringify(`touch up; ${command}`)}, cwd: ${JSON.stringify(folder)}, env: process.env, tied: true });
         console.log(JSON.stringify(held.stamp));
         await held.run({ clock: systemClock, signal: new AbortController().signal, scrub: (text) => text });`,
      );
      const holder = spawn(process.execPath, [join(folder, 'holder.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(holder.stdout, 'data')) as [Buffer];
      const stamp = JSON.parse(line.toString()) as Parameters<typeof groupAlive>[0];
      await appears('up');
      expect(groupAlive(stamp)).toBe(true);
      holder.kill('SIGKILL');
      await ends(stamp);
    },
  );

  it('H2: 100 MB of output neither block nor stay; beginning and end are kept', async () => {
    const before = process.memoryUsage().rss;
    const { output, code } = await run('echo begin; head -c 100000000 /dev/zero | tr "\\0" x; echo; echo end; exit 3');
    expect(code).toBe(3);
    expect(output.length).toBeLessThanOrEqual(10_000_000);
    expect(output.slice(0, 100)).toMatch(/^begin\nx+$/);
    expect(output.slice(-100)).toMatch(/^x+\nend\n$/);
    expect(output.match(/\n\[… 9\d{7} characters cut …\]\n/g)).toHaveLength(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('tells what it says while it runs', async () => {
    let heard = '';
    const go = join(folder, 'go');
    const running = run(`printf 'one ä'; while [ ! -e ${go} ]; do sleep 0.01; done; echo two`, {
      live: (text) => {
        heard += text;
        if (heard === 'one ä') writeFileSync(go, '');
      },
    });
    expect((await running).output).toBe('one ätwo\n');
    expect(heard).toBe('one ätwo\n');
  });

  it('H3: a stop ends the group with its grandchildren, those that ignore SIGTERM too', async () => {
    const stop = new AbortController();
    const process = await held(`(trap '' TERM; echo $$; touch up; sleep 1000) & trap '' TERM; sleep 1000 & wait; wait; sleep 1000`);
    const running = process.run(limits({ signal: stop.signal }));
    await appears('up');
    stop.abort();
    const outcome = await running;
    expect(outcome.end).toBe('stopped');
    expect(groupAlive(process.stamp)).toBe(false);
  });

  it('H3: a stop before the start runs nothing', async () => {
    const process = await held('touch ran');
    const outcome = await process.run(limits({ signal: AbortSignal.abort() }));
    expect(outcome.end).toBe('stopped');
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('H3: the time limit ends it, and what it said before and while ending is kept', async () => {
    const outcome = await run(`trap 'echo bye; exit 5' TERM; echo hello; sleep 1000 & wait`, { timeoutMs: 100 });
    expect(outcome).toMatchObject({ end: 'timed-out', code: 5, output: 'hello\nbye\n' });
  });

  it('H3: no listener stays on the signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    await run('true', { signal });
    expect(listeners).toBe(0);
  });

  it.each([
    ['that hold the output', 'echo started; sleep 1000 & exit 4', 'started\n'],
    ['that let go of it', 'sleep 1000 >/dev/null 2>&1 & echo started; exit 4', 'started\n'],
    ['that ignore SIGTERM', `(trap '' TERM; exec sleep 1000) & echo started; exit 4`, 'started\n'],
    ['that never stop talking', 'yes >&2 & exit 4', undefined],
  ])('H4: grandchildren %s do not hang it and do not stay', async (_, command, output) => {
    const process = await held(command);
    const outcome = await process.run(limits());
    expect(outcome).toMatchObject({ code: 4, end: 'exited', leftovers: true });
    if (output !== undefined) expect(outcome.output).toBe(output);
    expect(groupAlive(process.stamp)).toBe(false);
  });

  it.each([
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
    ['kill -9 0', 137],
    ['exec 2>&-; exit 2', 2],
  ])('survives %s', async (command, code) => expect((await run(command)).code).toBe(code));

  it('O2: a secret across the cut does not show, not even half of it', async () => {
    const secret = 'sk-'.padEnd(200, 'S');
    const scrub = (text: string) => text.replaceAll(secret, '[redacted]');
    for (const at of [14_800, 14_900, 14_960, 15_000]) {
      const { output } = await run(`head -c ${at} /dev/zero | tr '\\0' x; printf ${secret}; head -c ${at} /dev/zero | tr '\\0' y`, {
        scrub,
        kept: new BoundedText(30_000),
      });
      expect(output).not.toContain('S');
    }
  });

  it('cuts neither a character nor invents one', async () => {
    const { output } = await run(`printf 'ä%.0s' $(seq 20000); printf '\\360\\237\\230\\200%.0s' $(seq 20000)`);
    expect(output).not.toContain('\uFFFD');
    expect(output.isWellFormed()).toBe(true);
  });

  it('says what is wrong with a command that cannot be started', async () => {
    await expect(held('x'.repeat(3_000_000))).rejects.toThrow('too long');
    await expect(held('a\0b')).rejects.toThrow('cannot be started');
  });
});

describe('process groups', () => {
  it('K1, K3: a group left by a dead process is found and killed, once', async () => {
    const process = await held('sleep 1000 & touch up; wait');
    const running = process.run(limits());
    await appears('up');
    expect(await killGroup(process.stamp, clock)).toBe(true);
    expect(groupAlive(process.stamp)).toBe(false);
    expect(await killGroup(process.stamp, clock)).toBe(false);
    await running;
  });

  it('K2: another start time, another boot: not ours, and not touched', async () => {
    const process = await held('true');
    const { stamp } = process;
    for (const other of [
      { ...stamp, started: '1' },
      { ...stamp, boot: 'other' },
      { ...stamp, pid: (stamp.pid + 1) << 8, started: '99999999999' },
    ]) {
      expect(groupAlive(other)).toBe(false);
      expect(await killGroup(other, clock)).toBe(false);
    }
    expect(groupAlive(stamp)).toBe(true);
    process.drop();
    await ends(stamp);
  });

  it('K1: no stamp reaches our own group or everybody', async () => {
    const process = await held('true');
    for (const group of [0, 1, -1]) expect(await killGroup({ ...process.stamp, pid: group, group, started: '0' }, clock)).toBe(false);
    process.drop();
  });
});
