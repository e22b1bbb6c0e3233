import { describe, expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { EventRow } from '../src/rules/events.ts';
import { call, calls, eventsOf, modelOf, runtimeOf, says, toolOf } from './kit.ts';

const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe('runs', () => {
  it('R3: a turn with one tool costs two appends: the reply with its start, and the result', async () => {
    const store = memorySessions();
    const appends: string[][] = [];
    const counted = {
      ...store,
      append: (...args: Parameters<typeof store.append>) => (appends.push(types(args[2])), store.append(...args)),
    };
    const add = toolOf('add', { run: () => ({ output: '4', failed: false }) });
    const model = modelOf((_, n) => (n === 1 ? calls(call('c1', 'add', { a: 2 })) : says('it is ', '4')));
    const run = await runtimeOf({ model, store: counted, tools: [add] }).start({ prompt: 'what is 2+2?' });
    expect(await run.done).toEqual({ why: 'done', answer: 'it is 4' });
    expect(appends).toEqual([['run-start', 'input'], ['model-reply', 'tool-start'], ['tool-result'], ['model-reply', 'run-end']]);
    const rows: EventRow[] = [];
    for await (const row of run.events) rows.push(row);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(types(await eventsOf(store, run.session))).toEqual(types(rows.map(({ event }) => event)));
  });
});
