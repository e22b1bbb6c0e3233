import type { Part } from '@holdfast/core/engine';
import type { ModelAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { PROMPT, scene, tell } from './scene.ts';

const NEVER = new AbortController().signal;
const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
};
const say = (delta: string): Part => ({ type: 'text-delta', id: '1', delta });
const START: readonly Part[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '1' },
];
const END: Part = { type: 'text-end', id: '1' };
const FINISH: Part = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage };
const PING: Part = { type: 'ping' };

const healthy = { text: 'whole' };
/** These parts, then nothing more. */
const hangs = (...parts: readonly Part[]): ModelAnswer => ({
  parts: [...parts, FINISH],
  fails: { stop: 'hang', afterParts: parts.length },
});

type Options = NonNullable<Parameters<typeof scene>[1]>;

/** How long the first attempt lasted, and which limit ended it. */
async function ended(answer: ModelAnswer, options: Options = {}) {
  const { clock, model } = scene({ a: answer, b: healthy }, { onPartial: 'restart', ...options });
  const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
  expect(told.text).toBe('whole');
  expect(clock.armed).toBe(0);
  const { ms, failure } = told.record!.attempts[0]!;
  return { ms, kind: failure!.kind, limit: failure!.facts.limit };
}

describe('C4: which limit ends an attempt, and when', () => {
  it.each<[string, ModelAnswer, Options, number, string]>([
    ['nothing comes', { ...healthy, fails: { stop: 'hang' } }, {}, 90_000, 'first_token'],
    ['text is open', hangs(...START, say('a')), {}, 60_000, 'stall'],
    ['nothing is open: the model may be writing a call', hangs(...START, say('a'), END), {}, 300_000, 'stall'],
    ['a call is open', hangs(...START, say('a'), END, { type: 'tool-input-start', id: 'c', toolName: 't' }), {}, 300_000, 'stall'],
    ['it pinged once, nothing is open', hangs(...START, say('a'), END, PING), {}, 75_000, 'silence'],
    ['it pinged before anything else', hangs(PING), {}, 75_000, 'silence'],
    [
      '`first_token` is sooner than `attempt`',
      { ...healthy, fails: { stop: 'hang' } },
      { timeouts: { firstToken: '5s', attempt: '10m' } },
      5000,
      'first_token',
    ],
    ['`attempt` is sooner than `first_token`', { ...healthy, fails: { stop: 'hang' } }, { timeouts: { attempt: '4s' } }, 4000, 'attempt'],
    [
      '`attempt` bounds a stream that goes on',
      { text: 'word '.repeat(100), every: 1000 },
      { timeouts: { attempt: '20s' } },
      20_000,
      'attempt',
    ],
  ])('%s', async (_name, answer, options, ms, limit) => {
    expect(await ended(answer, options)).toEqual({ ms, kind: 'timeout', limit });
  });

  it('a stream that goes on is cut by no other limit', async () => {
    const text = Array.from({ length: 200 }, () => 'word').join(' ');
    const { clock, model } = scene({ a: { text, every: 20_000 } });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told).toMatchObject({ text, finish: 'stop', record: { attempts: [{}] } });
  });
});

describe('W1: a consumer that takes its time is no stall', () => {
  const parts = [
    ...START,
    say('a'),
    say('b'),
    END,
    { type: 'text-start', id: '2' } as const,
    { type: 'text-delta', id: '2', delta: 'c' } as const,
    { type: 'text-end', id: '2' } as const,
    FINISH,
  ];

  it.each(parts.slice(0, -1).map(({ type }, at) => [at + 1, type] as const))(
    'an hour after part %i (%s), then the rest comes after 10 s',
    async (count) => {
      const { clock, model } = scene(
        { a: { parts, every: 10_000 } },
        { timeouts: { stall: '35s', silence: '35s', firstToken: '35s', attempt: '95s' } },
      );
      await clock.run(
        model.doStream({ prompt: PROMPT }).then(async ({ stream }) => {
          const reader = stream.getReader();
          const seen: Part[] = [];
          for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            seen.push(value);
            if (seen.length === count) await clock.sleep(3_600_000, NEVER);
          }
          expect(seen.map(({ type }) => type)).toEqual(parts.map(({ type }) => type));
        }),
      );
      expect(clock.armed).toBe(0);
    },
  );
});

describe('W3: this machine’s own lag', () => {
  it.each<[string, readonly Part[], number]>([
    ['the limit itself', [...START, say('a')], 100_000],
    ['a look at the clock on the way to it', [...START, say('a'), END], 260_000],
  ])('%s that fires far too late blames nobody', async (_name, parts, late) => {
    const { clock, model, health } = scene({ a: [hangs(...parts), healthy] }, { onPartial: 'restart' });
    // The laptop sleeps through the first of its timers.
    const after = clock.after.bind(clock);
    let slept = false;
    clock.after = (ms, wake) => {
      const more = slept ? 0 : late;
      slept = true;
      return after(ms + more, wake);
    };
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told).toMatchObject({ text: 'whole', record: { attempts: [{ failure: { kind: 'local' } }, { target: 'lab/a' }] } });
    expect(health.list()).toEqual([]);
  });
});

describe('W4: while parts come thick and fast', () => {
  const many = Array.from({ length: 200 }, (_, n) => say(`${n} `));

  it.each([
    ['at once', 0],
    ['one in a while', 10],
    ['now and then', 400],
  ])('%s: a stall is noticed within its limit and 50 ms', async (_how, every) => {
    const answer: ModelAnswer = { ...hangs(...START, ...many), every };
    const { ms, limit } = await ended(answer, { timeouts: { stall: 700 } });
    const stalled = ms - (START.length + many.length) * every;
    expect(limit).toBe('stall');
    expect(stalled).toBeGreaterThanOrEqual(700);
    expect(stalled).toBeLessThanOrEqual(750);
  });

  it('C3: a consumer that pauses in the middle is no stall', async () => {
    const { clock, model } = scene({ a: { parts: [...START, ...many, END, FINISH] } }, { timeouts: { stall: 700 } });
    const text = await clock.run(
      model.doStream({ prompt: PROMPT }).then(async ({ stream }) => {
        let all = '';
        const reader = stream.getReader();
        for (let n = 0; ; n++) {
          if (n % 90 === 89) await clock.sleep(60_000, NEVER);
          const { done, value } = await reader.read();
          if (done) return all;
          expect(value.type).not.toBe('error');
          if (value.type === 'text-delta') all += value.delta;
        }
      }),
    );
    expect(text).toBe(many.map((part) => (part.type === 'text-delta' ? part.delta : '')).join(''));
    expect(clock.armed).toBe(0);
  });
});
