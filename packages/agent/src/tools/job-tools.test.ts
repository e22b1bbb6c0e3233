import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { secretRegistry, systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupAlive } from '../io/process-group.ts';
import type { Tool, ToolContext } from '../ports.ts';
import type { ProcessStamp } from '../rules/events.ts';
import { permissionPatterns, permit } from '../rules/permit.ts';
import { WorkFolder } from '../testing/work-folder.ts';
import { toolsetsFor, type AgentTools, type ToolsetSettings, type ToolsPorts } from './index.ts';

const SECRET = 'sk-planted-secret-12345';
const secrets = secretRegistry();
secrets.add('PLANTED', SECRET);

let here: WorkFolder;
let made: AgentTools;
let stamps: ProcessStamp[];
beforeEach(() => {
  here = new WorkFolder();
  stamps = [];
  made = agentTools();
});
afterEach(async () => {
  await made.close();
  expect(stamps.filter(groupAlive)).toEqual([]);
  here[Symbol.dispose]();
});

const ports = (): ToolsPorts => ({
  clock: systemClock,
  home: here.outside,
  childEnvironment: () => ({ PATH: process.env['PATH'] ?? '' }),
  scrub: secrets.redact,
  unsettled: secrets.unsettled,
});
const agentTools = (...sets: ToolsetSettings[]) => toolsetsFor(sets.length > 0 ? sets : [{ type: 'shell' }], ports());
const toolOf = (name: string): Tool => made.tools.find((tool) => tool.name === name)!;
async function run(name: string, input: Record<string, unknown> = {}, more: Partial<ToolContext> = {}) {
  const prepared = await toolOf(name).prepare(input, here.context(undefined, more));
  if (prepared.process) stamps.push(prepared.process);
  return prepared.run();
}
const start = async (cmd: string, more?: Partial<ToolContext>): Promise<string> =>
  /^Background job started with ID: (\S+)\n/.exec((await run('run_background_job', { cmd }, more)).output)![1]!;
const byNumber = (a: string, b: string): number => Number(a.split('_')[2]) - Number(b.split('_')[2]);
const pause = () => systemClock.sleep(5, here.context().signal);
/** What is seen of a job, once it is so. */
async function seen(id: string, wanted: RegExp): Promise<string> {
  for (;;) {
    const { output } = await run('view_background_job', { job_id: id });
    if (wanted.test(output)) return output;
    await pause();
  }
}

describe('shell, while it runs', () => {
  it('shows its output as it comes, never a secret, not even one cut in two', async () => {
    const go = join(here.cwd, 'go');
    const wait = `while [ ! -e ${go} ]; do sleep 0.01; done`;
    let shown = '';
    const live = (text: string) => {
      shown += text;
      if (shown.endsWith('begin ')) here.put('go');
    };
    const cmd = `printf 'begin ${SECRET.slice(0, 9)}'; ${wait}; printf '${SECRET.slice(9)} end'`;
    const { output } = await run('shell', { cmd }, { live });
    expect(shown).toBe('begin [secret PLANTED] end');
    expect(output).toBe(`${shown}\n[exit code 0]`);
  });

  it('gives its whole output back, for the caller to cut', async () => {
    const { output } = await run('shell', { cmd: `head -c 200000 /dev/zero | tr '\\0' x` });
    expect(output).toBe(`${'x'.repeat(200_000)}\n[exit code 0]`);
  });
});

describe('background jobs', () => {
  it('run beside other work, are listed and looked at while they run and afterwards', async () => {
    expect((await run('list_background_jobs')).output).toBe('No background jobs.');
    const id = await start('echo up; while [ ! -e go ]; do sleep 0.01; done; echo down >&2; exit 3');
    expect(await seen(id, /---\nup/)).toMatch(
      new RegExp(
        `^ID: ${id}\nCommand: echo up; .*\nWorking directory: ${here.cwd}\nStatus: running\nRuntime: \\d+ s\n\n--- output ---\nup\n$`,
      ),
    );
    here.put('go');
    expect(await seen(id, /Exit code/)).toMatch(/Status: failed\nRuntime: \d+ s\nExit code: 3\n\n--- output ---\nup\ndown\n$/);
    const other = await start('true');
    await seen(other, /completed/);
    const { output } = await run('list_background_jobs');
    expect(output.match(/^ID: \S+$/gm)).toEqual([`ID: ${id}`, `ID: ${other}`]);
  });

  it('are stopped with all they started, also what ignores SIGTERM', async () => {
    const id = await start(`(trap '' TERM; touch up; sleep 1000) & trap 'echo bye; exit 1' TERM; sleep 1000 & wait`);
    while (!existsSync(join(here.cwd, 'up'))) await pause();
    expect(await run('stop_background_job', { job_id: id })).toEqual({ output: `Job ${id} was stopped.`, failed: false });
    expect(groupAlive(stamps[0]!)).toBe(false);
    expect((await run('view_background_job', { job_id: id })).output).toMatch(/Status: stopped\n[^]*bye\n$/);
    expect(await run('stop_background_job', { job_id: id })).toEqual({ output: `Job ${id} does not run: it is stopped.`, failed: true });
  });

  it('B1: belong to their session', async () => {
    const id = await start('sleep 1000');
    const other = { session: 'other' };
    expect((await run('list_background_jobs', {}, other)).output).toBe('No background jobs.');
    for (const name of ['view_background_job', 'stop_background_job'])
      expect(await run(name, { job_id: id }, other)).toEqual({
        output: `There is no background job "${id}" in this session; there are none.`,
        failed: true,
      });
    expect((await run('view_background_job', { job_id: 'job_1' })).output).toBe(
      `There is no background job "job_1" in this session; there are ${id}.`,
    );
    expect(groupAlive(stamps[0]!)).toBe(true);
  });

  it('B2: closing ends all of them; nothing is started any more', async () => {
    await Promise.all([start('sleep 1000'), start('sleep 1000 & wait'), start('sleep 1000', { session: 'other' })]);
    expect(stamps.map(groupAlive)).toEqual([true, true, true]);
    await made.close();
    expect(stamps.map(groupAlive)).toEqual([false, false, false]);
    await expect(start('touch ran')).rejects.toThrow('No background job can be started: the runtime is being closed.');
  });

  it('B4: no more than 20 at once, and a batch that asks for more is told which there are', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => start('sleep 1000')));
    await expect(start('touch ran')).rejects.toThrow(
      `20 background jobs run already, which is the most: stop one first (${ids.toSorted(byNumber)[0]}, `,
    );
    const late = agentTools();
    const tool = late.tools.find(({ name }) => name === 'run_background_job')!;
    const ready = await Promise.all(Array.from({ length: 21 }, () => tool.prepare({ cmd: 'sleep 1000' }, here.context())));
    stamps.push(...ready.map((one) => one.process!));
    const results = await Promise.allSettled(ready.map((one) => one.run()));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    await late.close();
    while (stamps.slice(20).some(groupAlive)) await pause();
  });

  it('H1: one that is not allowed to start leaves nothing', async () => {
    const prepared = await toolOf('run_background_job').prepare({ cmd: 'touch ran' }, here.context());
    prepared.drop();
    while (groupAlive(prepared.process!)) await pause();
    expect(existsSync(join(here.cwd, 'ran'))).toBe(false);
    expect((await run('list_background_jobs')).output).toBe('No background jobs.');
  });

  it('show no secret, not even the half of one that is being said', async () => {
    const id = await start(`printf 'a ${SECRET.slice(0, 9)}'; while [ ! -e go ]; do sleep 0.01; done; printf '${SECRET.slice(9)} b'`);
    expect(await seen(id, /output ---\na /)).toMatch(/output ---\na $/);
    here.put('go');
    expect(await seen(id, /Exit code/)).toMatch(/output ---\na \[secret PLANTED\] b$/);
  });

  it('T23: looking at them is polling, and reads only; starting and stopping is not', () => {
    const flags = made.tools.map(({ name, polling, readOnly }) => [name, polling === true, readOnly]);
    expect(flags).toEqual([
      ['shell', false, false],
      ['run_background_job', false, false],
      ['list_background_jobs', true, true],
      ['view_background_job', true, true],
      ['stop_background_job', false, false],
    ]);
  });

  it('what is denied to the shell is denied to them; what is allowed to it is not', async () => {
    const judge = async (rules: { allow?: string[]; deny?: string[] }, cmd: string) => {
      const tool = toolOf('run_background_job');
      const touches = await tool.touches({ cmd }, here.context());
      const patterns = permissionPatterns({ allow: [], ask: [], deny: [], ...rules });
      const policy = { rules: patterns, yolo: false, readOnlyMode: false, cwd: here.cwd };
      return permit({ tool, input: { cmd }, touches, allowed: new Set(), attended: true }, policy).do;
    };
    expect(await judge({ deny: ['shell:cmd=rm *'] }, 'ls && rm -r x')).toBe('refuse');
    expect(await judge({ deny: ['shell'] }, 'ls')).toBe('refuse');
    expect(await judge({ deny: ['run_background_job:cmd=rm *'] }, 'rm x')).toBe('refuse');
    expect(await judge({ deny: ['shell:cmd=rm *'] }, 'ls')).toBe('ask');
    expect(await judge({ allow: ['shell:cmd=ls*'] }, 'ls')).toBe('ask');
    expect(await judge({ allow: ['run_background_job:cmd=ls*'] }, 'ls')).toBe('run');
  });
});
