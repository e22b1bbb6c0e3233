import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ToolContext } from '../ports.ts';
import type { SeenTask } from '../rules/tasks.ts';
import { callTool, toolContext } from '../testing/tool-call.ts';
import { reachOf } from './reach.ts';
import { taskTools } from './tasks.ts';

let cwd: string;
let calls = 0;
beforeEach(() => void (cwd = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-tasks-')))));
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const tools = (path = 'tasks.json', home = '/nowhere') =>
  taskTools({ path, home, clock: systemClock, reach: reachOf({ allowList: [], denyList: [], home }) });
const run = (name: string, input: object = {}, over: Partial<ToolContext> = {}, path?: string) =>
  callTool(tools(path), name, input, { cwd, id: `c${++calls}`, ...over });
async function ok<T = SeenTask>(name: string, input: object = {}, over: Partial<ToolContext> = {}): Promise<T> {
  const { output, failed } = await run(name, input, over);
  if (failed) throw new Error(output);
  return JSON.parse(output) as T;
}
async function said(name: string, input: object = {}): Promise<string> {
  const { output, failed } = await run(name, input);
  return failed ? output : `it did not fail: ${output}`;
}
const file = () => readFileSync(join(cwd, 'tasks.json'), 'utf8');

describe('tasks', () => {
  it("are kept in docker-agent's format, with its names and answers", async () => {
    const task = await ok('create_task', { title: 'Build', description: 'all', priority: 'high' });
    expect(task).toMatchObject({
      title: 'Build',
      description: 'all',
      priority: 'high',
      status: 'pending',
      effectiveStatus: 'pending',
      dependencies: [],
    });
    const { effectiveStatus: _, ...stored } = task;
    expect(JSON.parse(file())).toEqual({ tasks: { [task.id]: stored } });
    expect(await ok('get_task', { id: task.id })).toEqual(task);
    const changed = await ok('update_task', { id: task.id, status: 'in_progress', title: '' });
    expect(changed).toMatchObject({ title: 'Build', status: 'in_progress', createdAt: task.createdAt });
    expect(await ok('delete_task', { id: task.id })).toEqual({ deleted: task.id });
    expect(JSON.parse(file())).toEqual({ tasks: {} });
  });

  it('block each other until they are done, and come in the order of their urgency', async () => {
    const low = await ok('create_task', { title: 'low', priority: 'low' });
    const first = await ok('create_task', { title: 'first' });
    const urgent = await ok('create_task', { title: 'urgent', priority: 'critical', dependencies: [first.id] });
    const titles = async (filter = {}) => (await ok<SeenTask[]>('list_tasks', filter)).map(({ title }) => title);
    expect(urgent.effectiveStatus).toBe('blocked');
    expect(await titles()).toEqual(['first', 'low', 'urgent']);
    expect([await titles({ status: 'blocked' }), await titles({ priority: 'low' })]).toEqual([['urgent'], ['low']]);
    expect((await ok('next_task')).title).toBe('first');
    await ok('update_task', { id: first.id, status: 'done' });
    expect((await ok('next_task')).title).toBe('urgent');
    await ok('add_dependency', { taskId: urgent.id, dependsOnId: low.id });
    await ok('add_dependency', { taskId: urgent.id, dependsOnId: low.id });
    expect((await ok('get_task', { id: urgent.id })).dependencies).toEqual([first.id, low.id]);
    expect((await ok('next_task')).title).toBe('low');
    expect((await ok('remove_dependency', { taskId: urgent.id, dependsOnId: low.id })).effectiveStatus).toBe('pending');
    await ok('delete_task', { id: first.id });
    expect((await ok('get_task', { id: urgent.id })).dependencies).toEqual([]);
    for (const { id } of [low, urgent]) await ok('update_task', { id, status: 'done' });
    expect(await run('next_task')).toEqual({ output: 'There is nothing to work on: every task is done or blocked.', failed: false });
  });

  it('never wait for each other in a circle, nor for what is not there', async () => {
    const a = await ok('create_task', { title: 'a' });
    const b = await ok('create_task', { title: 'b', dependencies: [a.id] });
    const c = await ok('create_task', { title: 'c', dependencies: [b.id] });
    const before = file();
    expect(await said('add_dependency', { taskId: a.id, dependsOnId: c.id })).toBe('These dependencies would go round in a circle.');
    expect(await said('update_task', { id: a.id, dependencies: [a.id] })).toBe('A task cannot depend on itself.');
    expect(await said('create_task', { title: 'd', dependencies: ['x'] })).toBe('There is no task x to depend on.');
    expect(await said('add_dependency', { taskId: 'x', dependsOnId: a.id })).toBe('There is no task x; list_tasks shows those there are.');
    expect(await said('delete_task', { id: 'x' })).toContain('There is no task x');
    expect(await said('update_task', { id: a.id, status: 'finished' })).toBe(
      'There is no status "finished"; there are pending, in_progress, done, blocked.',
    );
    expect(await said('list_tasks', { priority: 'urgent' })).toBe('There is no priority "urgent"; there are critical, high, medium, low.');
    expect(await said('create_task', { title: ' ' })).toBe('title is empty.');
    expect(file()).toBe(before);
  });

  it('a description is read from a file, which is looked at like any other that is read', async () => {
    writeFileSync(join(cwd, 'plan.md'), '# Plan\n');
    expect((await ok('create_task', { title: 'a', path: 'plan.md', description: 'not this' })).description).toBe('# Plan\n');
    const create = tools().find(({ name }) => name === 'create_task')!;
    const touched = await create.touches({ title: 'a', path: '../secret' }, toolContext({ cwd }));
    expect(touched).toEqual({ reads: [join(cwd, '../secret')], writes: [join(cwd, 'tasks.json')] });
    writeFileSync(join(cwd, 'long.md'), 'x'.repeat(100_001));
    expect(await said('create_task', { title: 'a', path: 'long.md' })).toBe(
      'long.md is too long for a description: at most 100000 characters.',
    );
    expect(await said('create_task', { title: 'a', path: 'none.md' })).toBe('none.md does not exist.');
  });

  it('a call that runs again makes nothing twice', async () => {
    const first = await ok('create_task', { title: 'a' }, { id: 'same' });
    expect(await ok('create_task', { title: 'a' }, { id: 'same' })).toEqual(first);
    expect((await ok('create_task', { title: 'a' }, { id: 'same', session: 'other' })).id).not.toBe(first.id);
    expect(await ok<SeenTask[]>('list_tasks')).toHaveLength(2);
  });

  it.each([
    [
      '{"tasks": {"a": {"id": "a"',
      /cannot be read as tasks: .*JSON.*\. It was not changed\. Mend it, or move it away to begin with none\.$/,
    ],
    ['[]', /cannot be read as tasks: it is not a list of tasks\./],
    ['{"tasks": []}', /it is not a list of tasks/],
    ['{"tasks": {"a": {"id": "b"}}}', /its task "a" is not one/],
    ['{"tasks": {"__proto__": {"id": "__proto__"}}}', /its task "__proto__" is not one/],
  ])('G1: a file that holds %s is left alone', async (content, message) => {
    writeFileSync(join(cwd, 'tasks.json'), content);
    expect(await said('create_task', { title: 'a' })).toMatch(message);
    expect(await said('list_tasks')).toMatch(message);
    expect(file()).toBe(content);
  });

  it('G1: a folder, or a path that leads out, is no place for them', async () => {
    mkdirSync(join(cwd, 'tasks.json'));
    expect(await said('list_tasks')).toBe(`${join(cwd, 'tasks.json')} is a folder.`);
    symlinkSync('/etc', join(cwd, 'out'));
    for (const path of ['../tasks.json', 'out/tasks.json']) {
      const { output, failed } = await run('list_tasks', {}, {}, path);
      expect({ output, failed }).toEqual({
        output: `${path} leads out of the working directory: give the toolset an absolute path in the agent file.`,
        failed: true,
      });
    }
  });

  it('an absolute path and one in the home folder hold', async () => {
    const away = join(cwd, 'away/tasks.json');
    await callTool(tools(away), 'create_task', { title: 'a' }, { cwd: join(cwd, 'work') });
    await callTool(tools('~/mine/tasks.json', cwd), 'create_task', { title: 'b' }, { cwd: '/tmp' });
    expect([away, join(cwd, 'mine/tasks.json')].map((path) => Object.keys(JSON.parse(readFileSync(path, 'utf8')).tasks as object))).toEqual(
      [[expect.any(String)], [expect.any(String)]],
    );
  });

  it('G2: many at once, of this process and others, lose nothing', { timeout: 60_000 }, async () => {
    const script = `
      import { taskTools } from ${JSON.stringify(join(import.meta.dirname, 'tasks.ts'))};
      import { systemClock } from '@holdfast/core/engine';
      const tools = taskTools({ path: 'tasks.json', home: '/', clock: systemClock, reach: { resolve: async (path) => path } });
      const create = tools.find(({ name }) => name === 'create_task');
      for (let n = 0; n < 4; n++) {
        const context = { id: String(n), cwd: ${JSON.stringify(cwd)}, session: process.argv[1], path: [], signal: new AbortController().signal };
        const { output, failed } = await (await create.prepare({ title: 'x' }, context)).run();
        if (failed) throw new Error(output);
      }`;
    const child = (session: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, session], { cwd: import.meta.dirname });
    const own = Promise.all(Array.from({ length: 8 }, () => ok('create_task', { title: 'mine' })));
    await Promise.all([own, child('one'), child('two')]);
    expect(await ok<SeenTask[]>('list_tasks')).toHaveLength(16);
    expect(readdirSync(cwd).toSorted()).toEqual(['tasks.json', 'tasks.json.lock']);
  });

  it('a stop ends the wait for the lock', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    await ok('create_task', { title: 'a' });
    using held = new DatabaseSync(join(cwd, 'tasks.json.lock'));
    held.exec('BEGIN EXCLUSIVE');
    const stop = new AbortController();
    const waiting = run('create_task', { title: 'b' }, { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    held.exec('ROLLBACK');
    expect(await ok<SeenTask[]>('list_tasks')).toHaveLength(1);
  });
});
