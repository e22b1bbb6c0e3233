import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupAlive } from '../io/process-group.ts';
import type { Tool } from '../ports.ts';
import { toolsFor, ToolsetError, type ToolsetSettings, type ToolsPorts } from './index.ts';
import { permissionPatterns, permit } from '../rules/permit.ts';
import { WorkFolder } from '../testing/work-folder.ts';

let here: WorkFolder;
beforeEach(() => void (here = new WorkFolder()));
afterEach(() => here[Symbol.dispose]());

/** What stands in the environment of this process but must not reach a child. */
const PLANTED = { PLANTED_API_KEY: 'sk-planted-secret', PLANTED_TOKEN: 'token-planted-secret' };
const ports = (): ToolsPorts => ({
  clock: systemClock,
  home: here.outside,
  childEnvironment: (allow) =>
    Object.fromEntries(
      Object.entries({ ...process.env, ...PLANTED }).flatMap(([name, value]) =>
        value && (!(name in PLANTED) || allow.includes(name)) ? [[name, value]] : [],
      ),
    ),
  scrub: (text) => text.replaceAll(PLANTED.PLANTED_TOKEN, '[redacted]'),
});
const shell = (settings: Partial<ToolsetSettings> = {}): Tool => toolsFor([{ type: 'shell', ...settings }], ports())[0]!;
const JOBS = ['run_background_job', 'list_background_jobs', 'view_background_job', 'stop_background_job'];
const run = async (input: Record<string, unknown>, settings?: Partial<ToolsetSettings>, signal?: AbortSignal) =>
  (await shell(settings).prepare(input, here.context(signal))).run();

describe('shell', () => {
  it('gives output and exit code', async () => {
    expect(await run({ cmd: 'echo hi; echo no >&2' })).toEqual({ output: 'hi\nno\n[exit code 0]', failed: false });
    expect(await run({ cmd: 'printf x; exit 3' })).toEqual({ output: 'x\n[exit code 3]', failed: true });
    expect(await run({ cmd: 'true' })).toEqual({ output: '[exit code 0]', failed: false });
    expect(await run({ cmd: 'no-such-command-here' })).toMatchObject({
      output: expect.stringMatching(/not found\n\[exit code 127\]$/),
      failed: true,
    });
  });

  it('runs where it is told', async () => {
    here.put('sub/x');
    expect(await run({ cmd: 'pwd; ls', cwd: 'sub' })).toMatchObject({ output: `${here.cwd}/sub\nx\n[exit code 0]` });
    await expect(run({ cmd: 'ls', cwd: 'none' })).rejects.toThrow('cwd: none does not exist.');
    await expect(run({ cmd: 'ls', cwd: 'sub/x' })).rejects.toThrow('cwd: sub/x is not a folder.');
  });

  it('gives a planted secret to no child, unless env names it, and shows it to nobody', async () => {
    expect((await run({ cmd: 'env' })).output).not.toContain('planted-secret');
    const listed = await run({ cmd: 'echo "$PLANTED_API_KEY $MINE"' }, { env: { PLANTED_API_KEY: PLANTED.PLANTED_API_KEY, MINE: 'x' } });
    expect(listed.output).toBe('sk-planted-secret x\n[exit code 0]');
    expect((await run({ cmd: `echo ${PLANTED.PLANTED_TOKEN}` })).output).toBe('[redacted]\n[exit code 0]');
  });

  it('says so when the time is over, and when something was left running', async () => {
    expect(await run({ cmd: 'echo a; sleep 1000', timeout: 1 })).toMatchObject({
      output: expect.stringMatching(/^a\nTerminated\n\[ended after 1 s, its time limit; exit code 143\]$/),
      failed: true,
    });
    expect(await run({ cmd: 'sleep 1000 & echo a' })).toEqual({
      output: 'a\n[exit code 0; what it left running in the background was ended]',
      failed: false,
    });
  });

  it('holds the process until it runs, and lets go when dropped', async () => {
    const prepared = await shell().prepare({ cmd: 'touch ran' }, here.context());
    expect(groupAlive(prepared.process!)).toBe(true);
    prepared.drop();
    while (groupAlive(prepared.process!)) await systemClock.sleep(5, here.context().signal);
    expect(existsSync(join(here.cwd, 'ran'))).toBe(false);
  });

  it('a stop is over while its caller still listens', async () => {
    const stop = new AbortController();
    const running = run({ cmd: 'touch up; sleep 1000' }, {}, stop.signal);
    while (!existsSync(join(here.cwd, 'up'))) await systemClock.sleep(5, here.context().signal);
    stop.abort();
    expect((await running).output).toMatch(/\[stopped by the user\]$/);
  });

  it('tells the rules what it runs and where', async () => {
    symlinkSync(here.outside, join(here.cwd, 'out'));
    const touches = (input: Record<string, unknown>) => shell().touches(input, here.context());
    expect(await touches({ cmd: 'ls' })).toEqual({ reads: [here.cwd], writes: [], command: 'ls' });
    expect(await touches({ cmd: 'ls', cwd: 'out' })).toEqual({ reads: [here.outside], writes: [], command: 'ls' });
    await expect(touches({ cmd: ' ' })).rejects.toThrow('cmd is empty.');
    await expect(touches({ command: 'ls' })).rejects.toThrow(
      'The arguments of shell are wrong: cmd is missing. Its arguments are: cmd, cwd, timeout.',
    );
  });
});

describe('toolsFor', () => {
  const namesOf = (...sets: ToolsetSettings[]) => toolsFor(sets, ports()).map(({ name }) => name);

  it('gives the tools of each toolset, those it names, those that only read', () => {
    expect(namesOf({ type: 'filesystem' }, { type: 'shell' })).toEqual([
      'read_file',
      'read_multiple_files',
      'write_file',
      'edit_file',
      'list_directory',
      'directory_tree',
      'search_files_content',
      'create_directory',
      'remove_directory',
      'shell',
      ...JOBS,
    ]);
    expect(namesOf({ type: 'filesystem', tools: ['edit_file', 'list_directory'] })).toEqual(['edit_file', 'list_directory']);
    expect(namesOf({ type: 'filesystem', readOnly: true }, { type: 'shell', readOnly: true })).toEqual([
      'read_file',
      'read_multiple_files',
      'list_directory',
      'directory_tree',
      'search_files_content',
      'list_background_jobs',
      'view_background_job',
    ]);
    expect(namesOf({ type: 'shell' }, { type: 'background_jobs' })).toEqual(['shell', ...JOBS]);
  });

  it('flags: reads may run beside each other and again, edits and commands neither', () => {
    for (const tool of toolsFor([{ type: 'filesystem' }, { type: 'shell' }], ports())) {
      expect([tool.name, tool.sequential]).toEqual([tool.name, !tool.readOnly && tool.name !== 'stop_background_job']);
      const again = ['write_file', 'create_directory', 'stop_background_job'];
      expect([tool.name, tool.idempotent]).toEqual([tool.name, tool.readOnly || again.includes(tool.name)]);
    }
  });

  it.each([
    [
      [{ type: 'filesytem' }],
      'unserved',
      /^Toolsets of type "filesytem" are not served; served are filesystem, shell, .* and mcp; did you mean "filesystem"\?$/,
    ],
    [[{ type: 'constructor' }], 'unserved', /^Toolsets of type "constructor" are not served; served are filesystem, shell, [\w, ]+$/],
    [
      [{ type: 'shell', tools: ['shel'] }],
      'unknown-tool',
      'The toolset "shell" has no tool "shel"; it has shell, run_background_job, list_background_jobs, view_background_job, stop_background_job; did you mean "shell"?',
    ],
    [[{ type: 'shell' }, { type: 'shell' }], 'duplicate-tool', 'Two toolsets have the tool "shell"'],
  ])('%j is refused', (sets, kind, message) => {
    const refused = (() => {
      try {
        return namesOf(...sets);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(ToolsetError);
    expect(refused).toMatchObject({ kind, message: typeof message === 'string' ? message : expect.stringMatching(message) });
  });

  it('rules and real paths together: a link out of the folder is asked about, a read inside is not', async () => {
    here.put('a');
    symlinkSync(here.outside, join(here.cwd, 'out'));
    const rules = permissionPatterns({ allow: ['shell:cmd=ls*'], ask: [], deny: ['shell:cmd=rm *'] });
    const policy = { rules, yolo: false, readOnlyMode: false, cwd: here.cwd };
    const judge = async (tool: Tool, input: Record<string, unknown>, attended = true) =>
      permit({ tool, input, touches: await tool.touches(input, here.context()), allowed: new Set(), attended }, policy).do;
    expect(await judge(here.tool('read_file'), { path: 'a' })).toBe('run');
    expect(await judge(here.tool('read_file'), { path: 'out/a' })).toBe('ask');
    expect(await judge(here.tool('read_file'), { path: 'out/a' }, false)).toBe('refuse');
    expect(await judge(here.tool('write_file'), { path: 'a', content: '' })).toBe('ask');
    expect(await judge(shell(), { cmd: 'ls -l' })).toBe('run');
    expect(await judge(shell(), { cmd: 'ls -l; "r"m x' })).toBe('refuse');
    expect(await judge(shell(), { cmd: 'ls', cwd: 'out' })).toBe('ask');
  });
});
