import { existsSync } from 'node:fs';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tool } from '../ports.ts';
import { permissionPatterns, permit } from '../rules/permit.ts';
import { WorkFolder } from '../testing/work-folder.ts';
import { toolsFor, ToolsetError, type ToolsetSettings } from './index.ts';

let here: WorkFolder;
beforeEach(() => void (here = new WorkFolder()));
afterEach(() => here[Symbol.dispose]());

const SECRET = 'sk-planted-secret';
const scripts = (shell: unknown, settings: Partial<ToolsetSettings> = {}): readonly Tool[] =>
  toolsFor([{ type: 'script', ...settings, raw: { shell, ...settings.raw } }], {
    clock: systemClock,
    home: here.outside,
    childEnvironment: (allow) => ({ PATH: process.env['PATH'] ?? '', HOME: '/', ...(allow.includes('KEY') && { KEY: SECRET }) }),
    scrub: (text) => text.replaceAll('hidden', '[redacted]'),
  });
const run = async (tool: Tool, input: Record<string, unknown> = {}) => (await tool.prepare(input, here.context())).run();
const one = (script: object, settings?: Partial<ToolsetSettings>): Tool => scripts({ it: script }, settings)[0]!;

describe('script tools', () => {
  it('are what the file says, arguments text unless it says otherwise', () => {
    const [tool] = scripts({
      greet: {
        cmd: 'echo "$who" $times',
        description: 'Greets',
        args: { who: { description: 'Whom' }, times: { type: 'integer' } },
        required: ['who'],
      },
    });
    expect(tool).toMatchObject({
      name: 'greet',
      description: 'Greets',
      parameters: {
        type: 'object',
        properties: { who: { type: 'string', description: 'Whom' }, times: { type: 'integer' } },
        required: ['who'],
      },
      readOnly: false,
      idempotent: false,
      category: 'script',
    });
  });

  it('arguments reach the command in its environment and are never read as shell', async () => {
    const tool = one({
      cmd: 'printf "%s|" "$a" "$n" "$list"; echo $none',
      args: { a: {}, n: { type: 'integer' }, list: { type: 'array' }, none: {} },
    });
    const evil = `$(touch ran)'"; touch ran; \`touch ran\`\nx`;
    expect(await run(tool, { a: evil, n: 3, list: ['x', 1] })).toEqual({ output: `${evil}|3|["x",1]|\n[exit code 0]`, failed: false });
    expect(existsSync(`${here.cwd}/ran`)).toBe(false);
  });

  it('only what is declared is passed on: a model cannot set what the loader or the shell reads', async () => {
    const tool = one({ cmd: 'echo "$LD_PRELOAD$PATH$other" | wc -c', args: { a: {} } });
    const { output } = await run(tool, { a: 'x', LD_PRELOAD: '/evil.so', PATH: '/evil', other: 'y' });
    expect(output).toBe(`${(process.env['PATH'] ?? '').length + 1}\n[exit code 0]`);
  });

  it('has no secret but what env names, of the toolset or of the script, and shows none', async () => {
    const cmd = 'echo "$KEY-$MORE-hidden"';
    expect((await run(one({ cmd }))).output).toBe('--[redacted]\n[exit code 0]');
    expect((await run(one({ cmd }, { env: { MORE: 'm' } }))).output).toBe('-m-[redacted]\n[exit code 0]');
    expect((await run(one({ cmd, env: { KEY: SECRET, MORE: 'own' } }, { env: { MORE: 'm' } }))).output).toBe(
      `${SECRET}-own-[redacted]\n[exit code 0]`,
    );
  });

  it('runs where the file says, and only as long as it says', async () => {
    here.put('sub/x');
    expect((await run(one({ cmd: 'pwd', working_dir: 'sub' }))).output).toBe(`${here.cwd}/sub\n[exit code 0]`);
    expect((await run(one({ cmd: 'pwd', working_dir: '~' }))).output).toBe(`${here.outside}\n[exit code 0]`);
    await expect(run(one({ cmd: 'pwd', working_dir: 'none' }))).rejects.toThrow('working_dir: none does not exist.');
    expect(await run(one({ cmd: 'sleep 1000' }, { raw: { timeout: 1 } }))).toMatchObject({
      output: expect.stringContaining('[ended after 1 s, its time limit; exit code 143]'),
      failed: true,
    });
  });

  it('a missing argument is said before anything runs', async () => {
    const tool = one({ cmd: 'touch ran', args: { who: {} }, required: ['who'] });
    await expect(run(tool)).rejects.toThrow('The arguments of it are wrong: who is missing. Its arguments are: who.');
    await expect(run(tool, { who: 'a\0b' })).rejects.toThrow('who holds a NUL character.');
    expect(existsSync(`${here.cwd}/ran`)).toBe(false);
  });

  it('permission rules see its command', async () => {
    const tool = one({ cmd: 'cd build && rm -rf $what', args: { what: {} } });
    const touches = await tool.touches({ what: 'x' }, here.context());
    expect(touches).toEqual({ reads: [here.cwd], writes: [], command: 'cd build && rm -rf $what' });
    const judge = (rules: { allow?: string[]; deny?: string[] }) =>
      permit(
        { tool, input: { what: 'x' }, touches, allowed: new Set(), attended: true },
        { rules: permissionPatterns({ allow: [], ask: [], deny: [], ...rules }), yolo: true, readOnlyMode: false, cwd: here.cwd },
      ).do;
    expect(judge({})).toBe('run');
    expect(judge({ deny: ['it'] })).toBe('refuse');
    expect(judge({ deny: ['*:cmd=rm *'] })).toBe('refuse');
    expect(judge({ deny: ['it:what=x'] })).toBe('refuse');
    expect(judge({ deny: ['it:cmd=mv *'] })).toBe('run');
  });

  it.each([
    [undefined, 'A toolset of type "script" needs its commands under "shell"'],
    [{ '1st': { cmd: 'x' } }, 'The script "1st" cannot be called so: letters, digits, "_" and "-", and no digit first'],
    [{ a: {} }, 'The script "a" has no "cmd"'],
    [
      { a: { cmd: 'echo ${env.X}' } },
      'The script "a" has ${env.NAME} in "cmd", which is for the shell to read: name the variable under "env" and write $NAME',
    ],
    [{ a: { cmd: 'x', args: { PATH: {} } } }, 'The script "a" has an argument "PATH" that cannot be a variable of its environment'],
    [{ a: { cmd: 'x', args: { 'a-b': {} } } }, 'The script "a" has an argument "a-b" that cannot be a variable of its environment'],
    [{ a: { cmd: 'x', args: { b: {} }, env: { b: '1' } } }, 'The script "a" has "b" both under "args" and under "env"'],
    [{ a: { cmd: 'x', required: ['b'] } }, 'The script "a" requires an argument "b" that is not under "args"'],
  ])('%j is refused', (shell, message) => {
    expect(() => scripts(shell)).toThrow(ToolsetError);
    expect(() => scripts(shell)).toThrow(message);
  });
});
