import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { RunEvent } from '../src/rules/events.ts';
import { call, calls, eventsOf, modelOf, runtimeOf, says, toolOf, type CallOptions } from './kit.ts';
import { folder, inFolders, troubled } from './mcp-kit.ts';

inFolders();

const names = ({ tools = [] }: CallOptions): string[] => tools.map(({ name }) => name);
const results = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'tool-result' ? [[event.output, event.failed]] : []));

describe('a run with an MCP server', () => {
  it('T27: that cannot start yet goes on without it, says so once, and has its tools at the next turn', async () => {
    const store = memorySessions();
    const model = modelOf((_, n) =>
      n === 1 ? calls(call('c1', 'repair')) : n === 2 ? calls(call('c2', 'echo', { text: 'hi' })) : says('ok'),
    );
    const repair = toolOf('repair', { run: () => (writeFileSync(join(folder, 'ready'), ''), { output: 'repaired', failed: false }) });
    const runtime = runtimeOf({ model, store, tools: [repair], toolsets: [troubled(['not-yet'])] });
    const run = await runtime.start({ prompt: 'go' });
    expect(await run.done).toMatchObject({ why: 'done' });
    expect(names(model.asked[0]!)).toEqual(['repair']);
    expect(names(model.asked[1]!)).toContain('echo');
    const events = await eventsOf(store, run.session);
    expect(events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))).toEqual([
      expect.stringContaining('mcp "trouble" ended with exit code 1'),
    ]);
    expect(results(events)).toEqual([
      ['repaired', false],
      ['{"text":"hi"}', false],
    ]);
  });

  it('T28: that does not change offers the same tools in every turn', async () => {
    const model = modelOf((_, n) => (n < 4 ? calls(call(`c${n}`, 'echo', { text: String(n) })) : says('ok')));
    const run = await runtimeOf({ model, toolsets: [troubled()] }).start({ prompt: 'go' });
    await run.done;
    expect(new Set(model.asked.map((asked) => names(asked).join())).size).toBe(1);
    expect(model.asked).toHaveLength(4);
  });

  it('that dies in the middle of a call tells the model, and is there again', async () => {
    const store = memorySessions();
    const model = modelOf((_, n) =>
      n === 1 ? calls(call('c1', 'die')) : n === 2 ? calls(call('c2', 'echo', { text: 'back' })) : says('ok'),
    );
    const run = await runtimeOf({ model, store, toolsets: [troubled()] }).start({ prompt: 'go' });
    expect(await run.done).toMatchObject({ why: 'done' });
    expect(results(await eventsOf(store, run.session))).toEqual([
      [expect.stringContaining('mcp "trouble" ended with exit code 3'), true],
      ['{"text":"back"}', false],
    ]);
  });

  it('that asks its user is answered under the id of the question', async () => {
    const store = memorySessions();
    const model = modelOf((_, n) => (n === 1 ? calls(call('c1', 'ask')) : says('ok')));
    const runtime = runtimeOf({ model, store, toolsets: [troubled()] });
    const run = await runtime.start({ prompt: 'go' });
    for await (const { event } of run.events)
      if (event.type === 'question') await runtime.answer(run.session, event.id, { decision: 'allow', content: { name: 'Ada' } });
    expect(results(await eventsOf(store, run.session))).toEqual([['{"action":"accept","content":{"name":"Ada"}}', false]]);
  });

  it('E5: that asks with nobody there is declined', async () => {
    const store = memorySessions();
    const model = modelOf((_, n) => (n === 1 ? calls(call('c1', 'ask')) : says('ok')));
    const run = await runtimeOf({ model, store, toolsets: [troubled()], attended: false }).start({ prompt: 'go' });
    await run.done;
    expect(results(await eventsOf(store, run.session))).toEqual([['{"action":"decline"}', false]]);
  });
});
