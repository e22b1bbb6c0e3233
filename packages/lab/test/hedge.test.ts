import type { CallRecord } from '@holdfast/core';
import type { ModelAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { failureOf, PROMPT, scene, tell, type Prompt } from './scene.ts';

const TEXT = 'One, two, three, four, five, six, seven.';
const soon: ModelAnswer = { text: TEXT, after: 100 };

type Scene = ReturnType<typeof scene>;
type More = Omit<Parameters<Scene['model']['doStream']>[0], 'prompt'> & { readonly prompt?: Prompt };

const ask = (on: Scene, more: More = {}) => on.clock.run(on.model.doStream({ prompt: PROMPT, ...more }).then(({ stream }) => tell(stream)));

/** A model whose first twenty answers came after 100 ms; the others as `late` says. */
async function used(late: ModelAnswer, options: Parameters<typeof scene>[1] = {}): Promise<Scene> {
  const on = scene({ a: (_options, nth) => (nth <= 20 ? soon : late), b: soon }, { hedge: true, ...options });
  for (let n = 0; n < 20; n++) await ask(on);
  on.events.length = 0;
  return on;
}

const attempts = (record: CallRecord | undefined) =>
  record?.attempts.map(({ target, failure }) => [target, failure?.facts.code ?? failure?.kind]);

describe('hedging', () => {
  it('is off by default, and waits until twenty first contents are known', async () => {
    const off = await used({ text: TEXT, after: 60_000 }, { hedge: false });
    expect((await ask(off)).record).toMatchObject({ target: 'lab/a' });
    const fresh = scene({ a: { text: TEXT, after: 60_000 }, b: soon }, { hedge: true });
    expect((await ask(fresh)).record).toMatchObject({ target: 'lab/a', ms: 60_000 });
  });

  it('asks a second target after the 95th percentile, takes the first to show something, lets the other go and records its cost', async () => {
    const on = await used({ text: TEXT, after: 60_000 });
    const told = await ask(on);
    expect(told).toMatchObject({ text: TEXT, finish: 'stop', record: { target: 'lab/b', ms: 201, marks: ['hedged'] } });
    expect(on.events.find(({ type }) => type === 'hedge')).toMatchObject({ from: 'lab/a', to: 'lab/b', ms: 101 });
    expect(attempts(told.record)).toEqual([
      ['lab/a', 'beaten'],
      ['lab/b', undefined],
    ]);
    expect(told.record!.attempts[0]).toMatchObject({ shown: 'nothing', usage: { estimated: true } });
    expect(told.record!.paid.input).toBeGreaterThan(told.record!.usage!.input!);
    expect(on.models['a']!.open).toBe(0);
    expect(on.clock.armed).toBe(0);
    expect(await on.health.list()).toEqual([]);
  });

  it('the first may still win', async () => {
    const on = await used({ text: TEXT, after: 150 });
    const told = await ask(on);
    expect(attempts(told.record)).toEqual([
      ['lab/b', 'beaten'],
      ['lab/a', undefined],
    ]);
    expect(on.models['b']!.open).toBe(0);
  });

  it('one of two that fails is an ordinary failure; the other goes on', async () => {
    const on = await used({ text: TEXT, after: 120, fails: { fail: 'auth' } });
    const told = await ask(on);
    expect(told).toMatchObject({ text: TEXT, record: { target: 'lab/b' } });
    expect(attempts(told.record)).toEqual([
      ['lab/a', 'auth'],
      ['lab/b', undefined],
    ]);
  });

  it('one of two that ends without an answer does not win; the other goes on', async () => {
    const empty: ModelAnswer = { text: '', after: 100 };
    const late: ModelAnswer = { text: TEXT, after: 60_000 };
    const on = scene({ a: (_options, nth) => (nth <= 20 ? soon : late), b: empty }, { hedge: true });
    for (let n = 0; n < 20; n++) await ask(on);
    const told = await ask(on);
    expect(told).toMatchObject({ text: TEXT, finish: 'stop', record: { target: 'lab/a' } });
    expect(told.record!.attempts.map(({ target, failure }) => [target, failure?.kind])).toEqual([
      ['lab/b', 'empty'],
      ['lab/a', undefined],
    ]);
  });

  it('a caller that does not stream is hedged too, and only until something has come', async () => {
    const on = await used({ text: TEXT, after: 60_000 });
    const { content } = await on.clock.run(Promise.resolve(on.model.doGenerate({ prompt: PROMPT })));
    expect(content).toEqual([{ type: 'text', text: TEXT }]);
    const slow = await used({ text: TEXT, after: 60, every: 5 });
    const told = await slow.clock.run(Promise.resolve(slow.model.doGenerate({ prompt: PROMPT })));
    expect(told.providerMetadata!['holdfast']).toMatchObject({ target: 'lab/a', attempts: [{ target: 'lab/a' }] });
  });

  it('draws on the bucket of the endpoint it asks: not every call can be hedged', async () => {
    const on = await used({ text: TEXT, after: 60_000 });
    const targets: (string | undefined)[] = [];
    // Each a conversation of its own: none stays where the one before was answered.
    for (let n = 0; n < 16; n++) {
      const prompt: Prompt = [{ role: 'user', content: [{ type: 'text', text: `question ${n}` }] }];
      targets.push((await ask(on, { prompt })).record!.target);
    }
    expect(targets.filter((one) => one === 'lab/b').length).toBeGreaterThanOrEqual(3);
    expect(targets).toContain('lab/a');
  });

  it('a request with effects at the provider is never asked twice', async () => {
    const on = await used({ text: TEXT, after: 60_000 });
    const tools = [{ type: 'provider' as const, id: 'anthropic.code_execution' as const, name: 'code', args: {} }];
    expect((await ask(on, { tools })).record).toMatchObject({ target: 'lab/a' });
  });

  it('the caller leaves while both are asked: both are let go', async () => {
    const hang = scene(
      { a: (_o, nth) => (nth <= 20 ? soon : { text: '', fails: { stop: 'hang' } }), b: { text: '', fails: { stop: 'hang' } } },
      { hedge: true },
    );
    for (let n = 0; n < 20; n++) await ask(hang);
    const gone = new AbortController();
    const work = hang.clock.run(
      Promise.all([
        Promise.resolve(hang.model.doStream({ prompt: PROMPT, abortSignal: gone.signal })),
        hang.clock.sleep(500, new AbortController().signal).then(() => gone.abort(new Error('enough'))),
      ]),
    );
    await expect(work).rejects.toThrow('enough');
    expect([hang.models['a']!.open, hang.models['b']!.open, hang.clock.armed]).toEqual([0, 0, 0]);
    expect(hang.events.at(-1)).toMatchObject({ type: 'call-end', record: { outcome: 'cancelled', attempts: [{}, {}] } });
  });

  it('the reader leaves while both are asked: both are let go, and nobody is rested', async () => {
    const stuck: ModelAnswer = { text: '', fails: { stop: 'hang' } };
    const thinks: ModelAnswer = { text: TEXT, reasoning: 'well', fails: { fail: 'server', afterParts: 4 } };
    const on = scene({ a: (_o, nth) => (nth <= 20 ? soon : nth === 21 ? thinks : stuck), b: { text: TEXT, after: 5000 } }, { hedge: true });
    for (let n = 0; n < 20; n++) await ask(on);
    on.events.length = 0;
    await on.clock.run(
      on.model.doStream({ prompt: PROMPT }).then(async ({ stream }) => {
        const reader = stream.getReader();
        for (let n = 0; n < 5; n++) await reader.read();
        const next = reader.read();
        await on.clock.sleep(2000, new AbortController().signal);
        await reader.cancel();
        await next;
      }),
    );
    await on.clock.run(on.clock.sleep(60_000, new AbortController().signal));
    expect(on.events.some(({ type }) => type === 'hedge')).toBe(true);
    expect([on.models['a']!.open, on.models['b']!.open, on.clock.armed]).toEqual([0, 0, 0]);
    expect(on.events.filter(({ type }) => type === 'attempt-start')).toHaveLength(3);
    expect(on.events.filter(({ type }) => type === 'attempt-end')).toHaveLength(3);
    expect(on.events.at(-1)!.type).toBe('call-end');
    expect(await on.health.list()).toEqual([]);
  });

  it('time in a lane is not the model’s: what waited there is not late, and is not taken for slow or fast', async () => {
    const lanes = { all: { match: ['lab'], concurrency: 1 } };
    const on = scene({ a: soon, b: soon }, { hedge: true, lanes });
    await on.clock.run(
      Promise.all(
        Array.from({ length: 24 }, (_, n) =>
          Promise.resolve(on.model.doGenerate({ prompt: PROMPT, providerOptions: { holdfast: { session: `s${n}` } } })),
        ),
      ),
    );
    on.events.length = 0;
    expect((await ask(on, { providerOptions: { holdfast: { session: 'last' } } })).record).toMatchObject({ target: 'lab/a', marks: [] });
    expect(on.events.filter(({ type }) => type === 'hedge')).toEqual([]);
  });
});

describe('C10: a request with effects at the provider', () => {
  const tools = [{ type: 'provider' as const, id: 'anthropic.code_execution_20250825' as const, name: 'code', args: {} }];
  const healthy: ModelAnswer = { text: TEXT };

  it.each<[string, ModelAnswer]>([
    ['a refused connection', { text: '', fails: { fail: 'network' } }],
    ['a 429', { text: '', fails: { fail: 'rate-limit', facts: { status: 429 } } }],
    ['a 503 before the answer', { text: '', fails: { fail: 'overload', facts: { status: 503 } } }],
    ['a refused key', { text: '', fails: { fail: 'auth', facts: { status: 401 } } }],
  ])('after %s nothing can have run: the next target is asked', async (_name, a) => {
    const on = scene({ a, b: healthy }, { retries: 0 });
    expect(await ask(on, { tools })).toMatchObject({ text: TEXT, record: { target: 'lab/b' } });
  });

  it.each<[string, ModelAnswer]>([
    ['a reset after it was sent', { text: '', fails: { fail: 'network', facts: { sent: true } } }],
    ['a 500', { text: '', fails: { fail: 'server', facts: { status: 500 } } }],
    ['an overload inside the answer', { text: TEXT, fails: { fail: 'overload', facts: { status: 529 }, afterParts: 2 } }],
    ['a break in the middle', { text: TEXT, fails: { fail: 'server', afterParts: 6 } }],
    ['an answer that stops short', { text: TEXT, fails: { stop: 'no-finish', afterParts: 1 } }],
  ])('after %s something may have: nobody is asked again', async (_name, a) => {
    const on = scene({ a, b: healthy });
    const work = ask(on, { tools }).then((told) => {
      if (told.failure) throw told.failure;
    });
    const failure = await failureOf(work);
    expect(failure.record.attempts).toHaveLength(1);
    expect(on.models['b']!.requests).toHaveLength(0);
  });

  it('search and fetch may be sent again; a tool may be said to be safe, or the call', async () => {
    const broken: ModelAnswer = { text: '', fails: { fail: 'server', facts: { status: 500 } } };
    const asked = async (id: string, replay?: unknown) => {
      const on = scene({ a: broken, b: healthy }, { retries: 0 });
      const own = replay === undefined ? {} : { providerOptions: { holdfast: { replay } as never } };
      const told = await ask(on, { tools: [{ type: 'provider', id: id as `${string}.${string}`, name: 'tool', args: {} }], ...own }).catch(
        () => undefined,
      );
      return told?.record?.target;
    };
    expect(await asked('anthropic.web_search_20250305')).toBe('lab/b');
    expect(await asked('openai.mcp')).toBeUndefined();
    expect(await asked('openai.mcp', 'safe')).toBe('lab/b');
    expect(await asked('openai.mcp', { 'openai.mcp': 'safe' })).toBe('lab/b');
    expect(await asked('anthropic.web_search_20250305', { tool: 'unsafe' })).toBeUndefined();
  });

  it('an answer kept in the background is not asked for twice', async () => {
    const on = scene({ a: { text: '', fails: { fail: 'server', facts: { status: 500 } } }, b: healthy });
    const failure = await failureOf(ask(on, { providerOptions: { openai: { background: true } } }));
    expect(failure.record.attempts).toHaveLength(1);
  });
});
