import { describe, expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import { calls, call, eventsOf, finish, modelOf, runtimeOf, says, toolOf } from './kit.ts';

/** The same model, which also answers whole texts. */
function alsoWhole(model: ReturnType<typeof modelOf>, answer: string) {
  const summaries: unknown[] = [];
  const doGenerate: (typeof model)['doGenerate'] = async (options) => {
    summaries.push(options.prompt);
    const usage = { inputTokens: { total: 50 }, outputTokens: { total: 5 } } as never;
    return { content: [{ type: 'text', text: answer }], finishReason: { unified: 'stop', raw: undefined }, usage, warnings: [] };
  };
  return Object.assign(model, { doGenerate, summaries });
}

const PAGE = 'x'.repeat(8000);
const settings = { name: 'root', file: '/a.yaml', instruction: 'Be brief.', cwd: '/work' };

describe('compaction in a run', () => {
  it('a window that fills is summarised between two turns; the log keeps everything, and the run goes on from it', async () => {
    const model = alsoWhole(
      modelOf((_, n) => (n === 1 ? calls(call('c1', 'read')) : says('Done.'))),
      'Read a page.',
    );
    const store = memorySessions();
    const read = toolOf('read', { run: () => ({ output: PAGE, failed: false }) });
    const run = await runtimeOf({ model, store, tools: [read], agent: { ...settings, window: 2000 } }).start({ prompt: 'Read.' });
    expect(await run.done).toMatchObject({ why: 'done', answer: 'Done.' });
    const events = await eventsOf(store, run.session);
    expect(events.filter(({ type }) => type === 'compaction')).toMatchObject([
      { why: 'threshold', summary: 'Read a page.', usage: { input: 50, output: 5 } },
    ]);
    expect(events.filter((event) => event.type === 'tool-result' && event.output === PAGE)).toHaveLength(1);
    expect(model.summaries).toHaveLength(1);
    expect(model.asked).toHaveLength(2);
    expect(model.asked[1]?.prompt.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(model.asked[1]?.prompt[1]).toEqual({ role: 'user', content: [{ type: 'text', text: 'Session Summary: Read a page.' }] });
  });

  it('a model that only rests leaves the conversation as it is: a summary that failed is told, and nothing more', async () => {
    const model = modelOf((_, n) => (n < 3 ? calls(call(`c${n}`, 'read', { n })) : says('Done.')));
    const store = memorySessions();
    const read = toolOf('read', { run: () => ({ output: PAGE, failed: false }) });
    const run = await runtimeOf({ model, store, tools: [read], agent: { ...settings, window: 2000 } }).start({ prompt: 'Read.' });
    expect(await run.done).toMatchObject({ why: 'done' });
    const events = await eventsOf(store, run.session);
    expect(events.filter(({ type }) => type === 'compaction')).toEqual([]);
    expect(events.find(({ type }) => type === 'notice')).toMatchObject({ text: expect.stringContaining('was not summarised') as string });
    expect(JSON.stringify(model.asked.at(-1)?.prompt)).toContain(PAGE);
  });
});

describe('replies in a run', () => {
  it('L18: a call in the text is run, and only its preamble is shown', async () => {
    const tag = '<tool_call>{"name":"look","arguments":{"at":1}}</tool_call>';
    const model = modelOf((_, n) => (n === 1 ? says('I look. ', tag.slice(0, 5), tag.slice(5)) : says('Done.')));
    const look = toolOf('look');
    const runtime = runtimeOf({ model, tools: [look] });
    let shown = '';
    using _ = runtime.live((event) => void (shown += event.type === 'text' ? event.text : ''));
    const run = await runtime.start({ prompt: 'Look.' });
    expect(await run.done).toMatchObject({ why: 'done', answer: 'Done.' });
    expect(look.ran).toHaveLength(1);
    expect(shown).toBe('I look. Done.');
  });

  it('L20: an empty reply is said, and ends the run; L21: after a tool it is an end', async () => {
    const noticesOf = async (model: ReturnType<typeof modelOf>) => {
      const store = memorySessions();
      const run = await runtimeOf({ model, store, tools: [toolOf('look')] }).start({ prompt: 'Look.' });
      expect(await run.done).toMatchObject({ why: 'done' });
      return (await eventsOf(store, run.session)).flatMap((event) => (event.type === 'notice' ? [event.text] : []));
    };
    expect(await noticesOf(modelOf(() => says(' \n')))).toEqual(['the answer is empty']);
    expect(await noticesOf(modelOf((_, n) => (n === 1 ? calls(call('c1', 'look')) : [finish()])))).toEqual([]);
  });
});
