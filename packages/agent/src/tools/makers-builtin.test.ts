import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebRequest } from '../io/web.ts';
import { callTool } from '../testing/tool-call.ts';
import { toolsFor, type ToolsetSettings } from './index.ts';

let folder: string;
beforeEach(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-makers-')))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const asked: WebRequest[] = [];
const tools = (type: string, raw: ToolsetSettings['raw'] = {}, more = {}) =>
  toolsFor([{ type, raw }], {
    clock: systemClock,
    home: folder,
    childEnvironment: () => ({}),
    web: async (request) => {
      asked.push(request);
      return { status: 200, statusText: 'OK', type: 'text/plain', body: new Uint8Array(), cut: false };
    },
    ...more,
  });

describe('toolsets of an agent file', () => {
  it('think keeps nothing, and says nothing of another thought', async () => {
    const think = tools('think');
    await callTool(think, 'think', { thought: 'secret of a' }, { session: 'a' });
    expect(await callTool(think, 'think', { thought: 'b' }, { session: 'b' })).toEqual({ output: 'Noted.', failed: false });
    expect(think[0]).toMatchObject({ readOnly: true, idempotent: true, category: 'think' });
  });

  it('read-only toolsets have only what reads', () => {
    const names = (type: string) =>
      toolsFor([{ type, readOnly: true }], { clock: systemClock, home: '/', childEnvironment: () => ({}) }).map(({ name }) => name);
    expect(names('memory')).toEqual(['get_memories', 'search_memories']);
    expect(names('tasks')).toEqual(['get_task', 'list_tasks', 'next_task']);
    expect(names('fetch')).toEqual([]);
    expect(names('todo')).toHaveLength(4);
  });

  it('todos are shared when the file says so', async () => {
    for (const shared of [false, true]) {
      const todo = tools('todo', { shared });
      await callTool(todo, 'create_todo', { description: 'x' }, { path: ['a@1'] });
      const { output } = await callTool(todo, 'list_todos', {}, { id: 'c2' });
      expect(output.includes('todo_1')).toBe(shared);
    }
  });

  it('tasks and memories lie where the file says', async () => {
    await callTool(tools('tasks', { path: 'plan/tasks.json' }), 'create_task', { title: 'a' }, { cwd: folder });
    await callTool(tools('memory', { path: '~/mine.db' }), 'add_memory', { memory: 'a' }, { cwd: '/' });
    expect(existsSync(join(folder, 'plan/tasks.json')) && existsSync(join(folder, 'mine.db'))).toBe(true);
  });

  it("memories without a path are the agent file's own, in the state folder", async () => {
    const file = '/home/me/dev.yaml';
    await callTool(tools('memory', {}, { state: join(folder, 'state'), file }), 'add_memory', { memory: 'a' }, { cwd: '/' });
    const print = createHash('sha256').update(file).digest('hex').slice(0, 8);
    expect(readdirSync(join(folder, 'state/memory'))).toEqual([`dev-${print}`]);
    expect((await callTool(tools('memory'), 'get_memories', {}, { cwd: '/' })).output).toContain('give the memory toolset a path');
  });

  it('fetch has the limits and headers of the file', async () => {
    const raw = { headers: { 'X-Key': 'k' }, allow_private_ips: true, blocked_domains: ['evil.test'] };
    await callTool(tools('fetch', raw), 'fetch', { urls: ['http://site.test/'] });
    expect(asked.at(-1)).toMatchObject({ allowPrivate: true, headers: { 'x-key': 'k' } });
    expect((await callTool(tools('fetch', raw), 'fetch', { urls: ['http://evil.test/'] })).output).toContain('is blocked');
    await callTool(tools('fetch'), 'fetch', { urls: ['http://site.test/'] });
    expect(asked.at(-1)!.allowPrivate).toBe(false);
  });

  it('model_picker offers the models of the file', async () => {
    const picker = tools('model_picker', { models: ['fast'] });
    expect((await callTool(picker, 'change_model', { model: 'fast' })).events).toHaveLength(1);
  });
});
