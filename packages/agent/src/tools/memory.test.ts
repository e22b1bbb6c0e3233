import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../io/memories-file.ts';
import type { ToolContext } from '../ports.ts';
import { callTool } from '../testing/tool-call.ts';
import { memoryTools } from './memory.ts';

let cwd: string;
let calls = 0;
beforeEach(() => void (cwd = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-memory-')))));
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

let time = 0;
const clock = { ...systemClock, now: () => ++time };
const run = (name: string, input: object = {}, over: Partial<ToolContext> = {}, path: string | undefined = 'mem.db') =>
  callTool(memoryTools({ path, home: '/nowhere', clock }), name, input, { cwd, id: `c${++calls}`, ...over });
const add = async (memory: string, category?: string) => {
  const { output } = await run('add_memory', { memory, ...(category !== undefined && { category }) });
  return /id (\w+)$/.exec(output)![1]!;
};
const texts = async (name: string, input: object = {}) =>
  (JSON.parse((await run(name, input)).output) as Memory[]).map(({ memory }) => memory);

describe('memory', () => {
  it("is kept in docker-agent's table, newest first, private", async () => {
    const id = await add('likes tea', 'preference');
    await add('has a cat');
    const [cat, tea] = JSON.parse((await run('get_memories')).output) as Memory[];
    expect(tea).toEqual({
      id,
      created_at: expect.stringMatching(/^1970-01-01T00:00:00\.\d{3}Z$/),
      memory: 'likes tea',
      category: 'preference',
    });
    expect(cat).toMatchObject({ memory: 'has a cat', category: '' });
    expect(statSync(join(cwd, 'mem.db')).mode & 0o777).toBe(0o600);
    using db = new DatabaseSync(join(cwd, 'mem.db'));
    expect(db.prepare('SELECT id FROM memories WHERE category = ?').get('preference')).toEqual({ id });
  });

  it('is found by all words, by category, or both, in any alphabet and with any signs', async () => {
    await add('Likes Äpfel and TEA', 'Preference');
    await add('likes tea 100%', 'fact');
    await add("it's a_b \\ c", 'fact');
    expect(await texts('search_memories', { query: 'tea likes' })).toEqual(['likes tea 100%', 'Likes Äpfel and TEA']);
    expect(await texts('search_memories', { query: 'äpfel' })).toEqual(['Likes Äpfel and TEA']);
    expect(await texts('search_memories', { query: 'tea', category: 'FACT' })).toEqual(['likes tea 100%']);
    for (const query of ['%', '0%', 'a_b', "'s", '\\'])
      expect(await texts('search_memories', { query })).toEqual([query.includes('%') ? 'likes tea 100%' : "it's a_b \\ c"]);
    expect(await texts('search_memories', { query: 'a%b' })).toEqual([]);
    expect(await texts('search_memories', { category: 'fact' })).toHaveLength(2);
    expect(await texts('search_memories')).toHaveLength(3);
  });

  it('is changed and forgotten by id', async () => {
    const id = await add('likes tea', 'preference');
    expect(await run('update_memory', { id, memory: 'likes coffee' })).toEqual({ output: `Changed: ${id}`, failed: false });
    expect(JSON.parse((await run('get_memories')).output)).toMatchObject([{ memory: 'likes coffee', category: 'preference' }]);
    await run('update_memory', { id, memory: 'likes coffee', category: 'fact' });
    expect(await texts('search_memories', { category: 'fact' })).toEqual(['likes coffee']);
    expect(await run('delete_memory', { id })).toEqual({ output: `Forgotten: ${id}`, failed: false });
    const none = { output: `There is no memory with the id ${id}; search_memories finds those there are.`, failed: true };
    expect(await run('delete_memory', { id })).toEqual(none);
    expect(await run('update_memory', { id, memory: 'x' })).toEqual(none);
    expect((await run('add_memory', { memory: '\n' })).output).toBe('memory is empty.');
    expect(await texts('get_memories')).toEqual([]);
  });

  it('a call that runs again remembers nothing twice', async () => {
    const first = await run('add_memory', { memory: 'once' }, { id: 'same' });
    expect(await run('add_memory', { memory: 'once' }, { id: 'same' })).toEqual(first);
    expect(await texts('get_memories')).toEqual(['once']);
  });

  it('a database of an older docker-agent is taken on', async () => {
    {
      using db = new DatabaseSync(join(cwd, 'mem.db'));
      db.exec("CREATE TABLE memories (id TEXT PRIMARY KEY, created_at TEXT, memory TEXT); INSERT INTO memories VALUES ('7', NULL, 'old')");
    }
    await add('new', 'fact');
    expect(await texts('get_memories')).toEqual(['new', 'old']);
  });

  it('R1: what is not ours is left as it is', async () => {
    writeFileSync(join(cwd, 'mem.db'), 'this is a text, and long enough to be none of a database '.repeat(20));
    const before = readFileSync(join(cwd, 'mem.db'));
    const { output, failed } = await run('add_memory', { memory: 'x' });
    expect(output).toMatch(/mem\.db cannot be used for memories \(file is not a database\)\. It was not changed\. Move it away, or give/);
    expect([failed, readFileSync(join(cwd, 'mem.db'))]).toEqual([true, before]);
    {
      using db = new DatabaseSync(join(cwd, 'other.db'));
      db.exec('CREATE TABLE session (id TEXT)');
    }
    expect((await run('get_memories', {}, {}, 'other.db')).output).toMatch(/its tables are those of something else/);
  });

  it('what cannot be opened is said by name', async () => {
    writeFileSync(join(cwd, 'file'), '');
    expect((await run('get_memories', {}, {}, 'file/mem.db')).output).toMatch(/file.* is not possible: a part of the path is a file\.$/);
    const tools = memoryTools({ path: undefined, home: '/', clock });
    const { output, failed } = await callTool(tools, 'get_memories', {}, { cwd });
    expect({ output, failed }).toEqual({
      output: 'There is nowhere to keep memories: give the memory toolset a path in the agent file.',
      failed: true,
    });
  });

  it('many at once, of this process and others, lose nothing', { timeout: 60_000 }, async () => {
    const script = `
      import { memoryTools } from ${JSON.stringify(join(import.meta.dirname, 'memory.ts'))};
      import { systemClock } from '@holdfast/core/engine';
      const [add] = memoryTools({ path: 'mem.db', home: '/', clock: systemClock });
      for (let n = 0; n < 4; n++) {
        const context = { id: String(n), cwd: ${JSON.stringify(cwd)}, session: process.argv[1], path: [], signal: new AbortController().signal };
        const { output, failed } = await (await add.prepare({ memory: 'theirs' }, context)).run();
        if (failed) throw new Error(output);
      }`;
    const child = (session: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, session], { cwd: import.meta.dirname });
    await Promise.all([...Array.from({ length: 8 }, () => add('mine')), child('one'), child('two')]);
    expect(await texts('get_memories')).toHaveLength(16);
  });

  it('a stop ends the wait for somebody who writes', async () => {
    await add('a');
    using held = new DatabaseSync(join(cwd, 'mem.db'));
    held.exec('BEGIN IMMEDIATE');
    const stop = new AbortController();
    const waiting = run('add_memory', { memory: 'b' }, { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    held.exec('ROLLBACK');
    expect(await texts('get_memories')).toEqual(['a']);
  });

  it('more than can be shown is counted', async () => {
    await add('x'.repeat(300_000));
    await add('y'.repeat(300_000));
    const { output } = await run('get_memories');
    expect(output).toMatch(/^\[\{.*y+.*\}\]\n\[… 1 older ones are not shown: look for words\]$/);
    expect(output.length).toBeLessThan(301_000);
  });
});
