import { callInfoOf, isModelFailure, type HoldfastOptions } from '@holdfast/core';
import { openSinks, type FailoverEvent, type SinkOptions, type Span, type UsageRecord } from '@holdfast/core/sinks';
import { VirtualClock, type ModelAnswer } from '@holdfast/lab';
import { describe, expect, it, vi } from 'vitest';
import { PROMPT, scene, tell } from './scene.ts';

const healthy = { text: 'one two three four five six' };
const auth = { text: '', fails: { fail: 'auth' as const, facts: { status: 401 } } };
const labels = { caller: 'ann', run: 'r1', user: 'u1', tool: 'grep', trace: 't1' };

/** What sinks were told of one call. */
function watched(more: Partial<SinkOptions> = {}) {
  const told = {
    usage: [] as UsageRecord[],
    begun: [] as Span[],
    spans: [] as Span[],
    moves: [] as FailoverEvent[],
    records: [] as unknown[],
  };
  const sinks: SinkOptions = {
    usage: { record: (usage) => void told.usage.push(usage) },
    trace: { start: (span) => void told.begun.push(span), end: (span) => void told.spans.push(span), context: () => 'here' },
    failover: (event) => told.moves.push(event),
    records: { opened: (open) => void told.records.push(open), closed: (...record) => void told.records.push(record) },
    ...more,
  };
  return { told, sinks };
}

async function call(
  scripts: Readonly<Record<string, ModelAnswer>>,
  options: Partial<HoldfastOptions>,
  how: 'doStream' | 'doGenerate' = 'doStream',
) {
  const on = scene(scripts, options);
  const asked = { prompt: PROMPT, providerOptions: { holdfast: labels } };
  const error = await on.clock.run(
    (how === 'doStream' ? on.model.doStream(asked).then(({ stream }) => tell(stream)) : on.model.doGenerate(asked)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );
  return { ...on, error };
}

describe('sinks (B3.1, B3.4)', () => {
  it('B4 44: fails on 1 and 2, succeeds on 3: three usage records, three child spans and a parent, two failovers in order', async () => {
    const { told, sinks } = watched();
    await call({ a: auth, b: { text: '', fails: { fail: 'access-denied' } }, c: healthy }, { sinks });
    expect(told.usage.map(({ attempt, target, outcome, kind }) => [attempt, target, outcome, kind])).toEqual([
      [1, 'lab/a', 'error', 'auth'],
      [2, 'lab/b', 'error', 'access-denied'],
      [3, 'lab/c', 'ok', undefined],
    ]);
    expect(told.usage[0]).toMatchObject({
      ...labels,
      chain: 'holdfast',
      inputTokens: 0,
      outputTokens: 0,
      estimated: false,
      streamed: true,
    });
    expect(told.usage[2]).toMatchObject({ unpriced: true, inputTokens: expect.any(Number) });
    expect(told.usage[2]!.outputTokens).toBeGreaterThan(0);
    const parent = told.spans.find(({ parentId }) => parentId === undefined);
    expect(told.spans.map(({ parentId, error, traceId, context }) => [parentId, error?.kind, traceId, context])).toEqual([
      [parent!.id, 'auth', 't1', 'here'],
      [parent!.id, 'access-denied', 't1', 'here'],
      [parent!.id, undefined, 't1', 'here'],
      [undefined, undefined, 't1', 'here'],
    ]);
    expect(told.begun.map(({ id }) => id).toSorted()).toEqual(told.spans.map(({ id }) => id).toSorted());
    expect(told.moves.map(({ from, to, attempt, kind, status, caller }) => ({ from, to, attempt, kind, status, caller }))).toEqual([
      { from: 'lab/a', to: 'lab/b', attempt: 1, kind: 'auth', status: 401, caller: 'ann' },
      { from: 'lab/b', to: 'lab/c', attempt: 2, kind: 'access-denied', status: undefined, caller: 'ann' },
    ]);
    expect(told.moves[0]).toMatchObject({ retryable: false, restsUntil: expect.any(Number), latencyMs: expect.any(Number) });
    expect(told.moves[0]).not.toHaveProperty('messages');
    expect(told.records).toMatchObject([{ target: 'lab/a', ...labels }, [{ outcome: 'done', target: 'lab/c' }, undefined]]);
    expect(JSON.stringify(told)).not.toContain('tell me');
  });

  it('B3.4: a failover is told before the next attempt begins; a retry of the same target is none, giving up is one', async () => {
    const order: string[] = [];
    const overload = { text: '', fails: { fail: 'overload' as const } };
    const { error } = await call(
      { a: overload, b: auth },
      {
        sinks: { failover: ({ from, to, kind, retryable }) => order.push(`${from} → ${to} ${kind} ${retryable}`) },
        emit: ({ type }) => void (type === 'attempt-start' && order.push('attempt')),
      },
      'doGenerate',
    );
    expect(order).toEqual(['attempt', 'attempt', 'attempt', 'lab/a → lab/b overload true', 'attempt', 'lab/b → null auth false']);
    expect(callInfoOf(error)).toMatchObject({ caller: 'ann' });
  });

  it('B4 47: the caller leaves in attempt 1: the chain stops, no failover; the usage record says aborted', async () => {
    const { told, sinks } = watched();
    const { clock, model, models } = scene({ a: { text: 'one two', every: 10 }, b: healthy }, { sinks });
    const stop = new AbortController();
    const { stream } = await clock.run(model.doStream({ prompt: PROMPT, abortSignal: stop.signal }));
    stop.abort(new Error('enough'));
    await clock.run(tell(stream).catch(() => {}));
    expect(models['b']!.requests).toHaveLength(0);
    expect(told.moves).toEqual([]);
    expect(told.usage).toMatchObject([{ outcome: 'aborted', kind: 'cancelled' }]);
    expect(told.spans.map(({ attributes }) => attributes.outcome)).toEqual(['cancelled', 'cancelled']);
    expect(clock.armed).toBe(0);
  });

  it.each([
    ['no attempt failed', { a: healthy, b: healthy }],
    ['everybody rests and nobody was asked', { a: { text: '', fails: { fail: 'quota' as const } } }],
  ])('no failover where %s', async (_, scripts) => {
    const { told, sinks } = watched();
    const on = await call(scripts, { sinks });
    told.moves.length = 0;
    await on.clock.run(
      on.model.doStream({ prompt: PROMPT }).then(
        ({ stream }) => tell(stream),
        () => {},
      ),
    );
    expect(told.moves).toEqual([]);
  });

  it('B4 42: no sinks, no payloads: a call costs none of it', async () => {
    const { error, model, clock } = await call({ a: healthy }, {});
    expect(error).toBeUndefined();
    const none = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(none.record).toMatchObject({ outcome: 'done' });
  });

  it('payloads and prompts only where they were asked for, each by its own option', async () => {
    const full = watched({ payload: 'full' });
    await call({ a: auth, b: healthy }, { sinks: full.sinks });
    expect(full.told.spans.find(({ parentId }) => !parentId)).toMatchObject({ request: PROMPT });
    expect(full.told.spans.find(({ attributes }) => attributes.attempt === 2)).toMatchObject({ response: healthy.text });
    expect(JSON.stringify(full.told.moves)).not.toContain('tell me');
    const prompts = watched({ persistPrompts: true });
    await call({ a: auth, b: healthy }, { sinks: prompts.sinks });
    expect(JSON.stringify(prompts.told.spans)).not.toContain('tell me');
    expect(prompts.told.moves).toMatchObject([{ messages: PROMPT }]);
    expect(prompts.told.records[1]).toMatchObject([{ outcome: 'done' }, PROMPT]);
  });
});

describe('an observer of failovers', () => {
  it('gets the URL of a picture as it was asked, and can change nothing of what is asked next', async () => {
    const url = new URL('https://example.com/kelp.png');
    const prompt: typeof PROMPT = [{ role: 'user', content: [{ type: 'file', data: { type: 'url', url }, mediaType: 'image/png' }] }];
    const seen: unknown[] = [];
    const failover = ({ messages }: FailoverEvent): void => {
      const [message] = messages as unknown as { content: { data: { url: URL } }[] }[];
      seen.push(String(message!.content[0]!.data.url));
      message!.content.length = 0;
    };
    const { clock, model, models } = scene({ a: auth, b: healthy }, { sinks: { failover, persistPrompts: true } });
    await clock.run(model.doStream({ prompt }).then(({ stream }) => tell(stream)));
    expect(seen).toEqual(['https://example.com/kelp.png']);
    expect(models['b']!.requests[0]!.prompt).toEqual(prompt);
  });
});

describe('a sink that throws, hangs or lies', () => {
  const bad: Readonly<Record<string, SinkOptions>> = {
    throws: {
      usage: {
        record: () => {
          throw new Error('no');
        },
      },
      trace: {
        start: () => {
          throw new Error('no');
        },
        end: () => {
          throw new Error('no');
        },
        context: () => {
          throw new Error('no');
        },
      },
      failover: () => {
        throw new Error('no');
      },
      records: {
        closed: () => {
          throw new Error('no');
        },
        opened: () => {
          throw new Error('no');
        },
      },
      payload: 'redacted',
      redact: () => {
        throw new Error('no');
      },
    },
    rejects: {
      usage: { record: () => Promise.reject(new Error('no')) },
      trace: { end: () => Promise.reject(new Error('no')) },
      failover: () => Promise.reject(new Error('no')),
      records: { closed: () => Promise.reject(new Error('no')) },
    },
    hangs: {
      usage: { record: () => new Promise(() => {}) },
      trace: { end: () => new Promise(() => {}) },
      failover: () => new Promise(() => {}),
      records: { closed: () => new Promise(() => {}) },
    },
    lies: {
      usage: { record: (usage) => void Object.assign(usage, { usd: -1, outcome: 'ok' }) },
      trace: { end: (span) => void Object.assign(span.attributes, { outcome: 'done' }) },
      failover: (event) => Object.assign(event, { to: 'nobody' }),
      records: { closed: (record) => void (record.attempts as unknown[]).splice(0) },
    },
    'has a scrubber that throws': {
      usage: { record: () => {} },
      records: { closed: () => {} },
      scrub: () => {
        throw new Error('no');
      },
    },
  };

  it.each(Object.keys(bad))('B4 43: one that %s changes no answer and no record', async (name) => {
    for (const how of ['doStream', 'doGenerate'] as const) {
      const plain = await call({ a: auth, b: healthy }, {}, how);
      const { events, error, clock } = await call({ a: auth, b: healthy }, { sinks: bad[name]! }, how);
      expect(error).toBeUndefined();
      const same = (event: (typeof events)[number]) => JSON.stringify({ ...event, call: '' }).replaceAll(/"id":"[^"]*"/g, '');
      expect(events.map(same)).toEqual(plain.events.map(same));
      expect(clock.armed).toBe(0);
    }
  });

  it('B4 43: what it misses is counted and said once, and flush returns at its deadline', async () => {
    const clock = new VirtualClock();
    const said: string[] = [];
    const sinks = openSinks({ usage: { record: () => new Promise(() => {}) }, queue: 2, say: (line) => said.push(line) }, clock);
    for (let n = 0; n < 6; n++) await call({ a: healthy }, { sinks });
    const began = clock.mono();
    expect(await clock.run(sinks.flush('2s'))).toBe(false);
    expect(clock.mono() - began).toBe(2000);
    expect(sinks.stats()['usage']).toMatchObject({ delivered: 0, dropped: 3, waiting: 3 });
    expect(said).toEqual(['the sink usage falls behind: calls go on, what it misses is counted']);
  });

  it('sinks that always throw count alike, hand over nothing, and are said once each', async () => {
    const said: string[] = [];
    const fails = (): never => {
      throw new Error('t');
    };
    const sinks = openSinks({
      usage: { record: fails },
      trace: { end: fails },
      failover: () => Promise.reject(new Error('t')),
      records: { closed: fails },
      say: (line) => said.push(line),
    });
    for (let n = 0; n < 2; n++) await call({ a: auth, b: healthy }, { sinks });
    await sinks.flush();
    for (const [name, { delivered, failed }] of Object.entries(sinks.stats()))
      expect([name, delivered, failed > 0]).toEqual([name, 0, true]);
    expect(said.toSorted()).toEqual(
      ['failover', 'records', 'trace', 'usage'].map((name) => `the sink ${name} fails (t): calls go on, what it misses is counted`),
    );
  });

  it('without `say` a sink that fails is a warning of the process', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const sinks = openSinks({
      usage: {
        record: () => {
          throw new Error('t');
        },
      },
    });
    for (let n = 0; n < 2; n++) await call({ a: healthy }, { sinks });
    await sinks.flush();
    expect(warned.mock.calls).toEqual([['the sink usage fails (t): calls go on, what it misses is counted', { type: 'HoldfastWarning' }]]);
    warned.mockRestore();
  });

  it('flush waits for what is under way and for the sinks’ own flush, which may throw', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const sinks = openSinks(
      {
        usage: [
          {
            record: () => clock.sleep(50, new AbortController().signal).then(() => void order.push('recorded')),
            flush: () => void order.push('flushed'),
          },
          {
            record: () => {},
            flush: () => {
              throw new Error('no');
            },
          },
        ],
      },
      clock,
    );
    await call({ a: healthy }, { sinks });
    expect(await clock.run(sinks.flush())).toBe(true);
    expect(order).toEqual(['recorded', 'flushed']);
    expect(sinks.stats()).toMatchObject({ usage: { delivered: 1 }, 'usage#2': { delivered: 1 } });
  });

  it.each<[object, RegExp]>([
    [{ usages: {} }, /is no option; did you mean usage\?/],
    [{ usage: {} }, /usage.*needs a method `record`/],
    [{ usage: [null] }, /usage.*needs a method `record`/],
    [{ trace: { start: () => {} } }, /needs a method `end`/],
    [{ failover: 'console' }, /failover.*must be a function/],
    [{ payload: 'all' }, /payload.*'metadata' or 'redacted' or 'full'/],
    [{ payload: 'redacted' }, /needs the hook `redact`/],
    [{ queue: 0 }, /queue.*at least 1/],
    [{ persistPrompts: 'yes' }, /true or false/],
  ])('a wrong option is refused before any call: %o', (options, message) => {
    const thrown = (): unknown => openSinks(options as SinkOptions);
    expect(thrown).toThrow(message);
    expect(() => scene({ a: healthy }, { sinks: options as SinkOptions })).toThrow(message);
    try {
      thrown();
    } catch (error) {
      expect(isModelFailure(error) && error.kind).toBe('bad-request');
    }
  });
});

describe('what a provider echoes', () => {
  it('field note 36: is in no record, event, span or error; only in the error that caused it', async () => {
    const { told, sinks } = watched();
    const secret = 'the patient is called Ann Example and lives at 12 Harbour Street';
    const refusal: ModelAnswer = {
      text: '',
      fails: { fail: 'bad-request', facts: { status: 422, detail: `body.messages[0]: "${secret}" is too long` } },
    };
    const { clock, model, events } = scene({ a: refusal, b: refusal }, { sinks });
    const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: `Note: ${secret}.` }] }];
    const failed = await clock.run(
      model.doStream({ prompt }).then(
        ({ stream }) => tell(stream),
        (error: unknown) => error,
      ),
    );
    const seen = JSON.stringify([told, events, failed, (failed as Error).message]);
    expect(seen).not.toContain('Harbour');
    expect(seen).toContain('body.messages[0]: \\"[echo]\\" is too long');
  });
});
