import { isModelFailure, tiers, type CallRecord, type Model } from '@holdfast/core';
import { scriptedModel, VirtualClock, type ScriptedModel } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { PROMPT, tell } from './scene.ts';

type Options = Parameters<typeof tiers>[0];
type Call = Parameters<Model['doStream']>[0];

const MINUTE = 60_000;

/** Tiers over scripted models, made when they are asked for, under a virtual clock. */
function host(options: Partial<Options> = {}) {
  const clock = new VirtualClock({ start: 1_700_000_000_000 });
  const made = new Map<string, ScriptedModel>();
  const problems: string[] = [];
  const resolve = (ref: string): ScriptedModel => {
    const [provider = '', ...id] = ref.split('/');
    const model = made.get(ref) ?? scriptedModel({ provider, id: id.join('/'), clock, script: { text: `I am ${ref}.` } });
    made.set(ref, model);
    return model;
  };
  const all = tiers({ resolve, clock, random: () => 0.5, onProblem: ({ message }) => problems.push(message), ...options });
  const run = <T>(work: Promise<T>): Promise<T> => clock.run(work);
  const ask = async (tier: string, more: Partial<Call> = {}, from = all): Promise<CallRecord> => {
    const { stream } = await from.model(tier).doStream({ prompt: PROMPT, ...more });
    return (await tell(stream)).record!;
  };
  const pass = (ms: number) => run(clock.sleep(ms, new AbortController().signal));
  const spec = async (tier: string): Promise<string> =>
    (await run(all.resolve(tier))).targets.map(({ ref, effort }) => (effort ? `${ref}:${effort}` : ref)).join(',');
  const asked = (ref: string) => made.get(ref)?.requests.at(-1);
  return { all, ask: (...args: Parameters<typeof ask>) => run(ask(...args)), pass, spec, problems, made, asked, clock, run };
}

const failureOf = async (work: Promise<unknown>): Promise<{ code: unknown; message: string }> =>
  work.then(
    () => {
      throw new Error('it answered');
    },
    (error: unknown) => {
      if (!isModelFailure(error)) throw error;
      expect(error.kind).toBe('bad-request');
      return { code: error.facts.code, message: error.message };
    },
  );
const thrown = (work: () => unknown): Promise<{ code: unknown; message: string }> => failureOf(Promise.resolve().then(work));

describe('B4 37: precedence', () => {
  it('fallback only; config over it; blank is not set; removed, after the ttl, the fallback again', async () => {
    const table: Record<string, string> = {};
    const { spec, pass, ask } = host({ source: () => table, fallbacks: { fast: 'a/fallback' }, ttl: '60s' });
    expect(await spec('fast')).toBe('a/fallback');
    table['fast'] = 'b/config';
    await pass(MINUTE);
    expect(await spec('fast')).toBe('b/config');
    expect(await ask('fast')).toMatchObject({ chain: 'fast', target: 'b/config' });
    table['fast'] = '  ';
    await pass(MINUTE);
    expect(await spec('FAST')).toBe('a/fallback');
    table['fast'] = 'b/config';
    await pass(MINUTE);
    expect(await spec('fast')).toBe('b/config');
    delete table['fast'];
    await pass(MINUTE);
    expect(await ask('fast')).toMatchObject({ target: 'a/fallback' });
  });

  it('a call’s override wins over the run’s, that over the config, that over the fallback; each says where it comes from', async () => {
    const { all, ask, run } = host({ source: () => ({ fast: 'b/config' }), fallbacks: { fast: 'a/fallback', slow: 'a/slow' } });
    const mine = all.with({ fast: 'c/run' });
    const own = { providerOptions: { holdfast: { tiers: { fast: 'd/call' } } } };
    expect(await ask('fast')).toMatchObject({ target: 'b/config' });
    expect(await ask('fast', {}, mine)).toMatchObject({ target: 'c/run' });
    expect(await ask('fast', own, mine)).toMatchObject({ target: 'd/call' });
    expect(await ask('fast', {}, mine)).toMatchObject({ target: 'c/run' });
    expect((await run(mine.list())).map(({ name, origin, targets }) => [name, origin, targets[0]!.ref])).toEqual([
      ['fast', 'override', 'c/run'],
      ['slow', 'fallback', 'a/slow'],
    ]);
    expect((await run(all.list())).map(({ origin }) => origin)).toEqual(['config', 'fallback']);
  });
});

describe('B4 38: the cache', () => {
  it('ttl 60 s: a change is seen at 60 s, not at 59.999; ttl 0: by the next call', async () => {
    let now = 'a/one';
    const { spec, pass } = host({ source: () => ({ fast: now }), ttl: 60_000 });
    await spec('fast');
    now = 'a/two';
    await pass(59_999);
    expect(await spec('fast')).toBe('a/one');
    await pass(1);
    expect(await spec('fast')).toBe('a/two');
    const live = host({ source: () => ({ fast: now }), ttl: 0 });
    await live.spec('fast');
    now = 'a/three';
    expect(await live.spec('fast')).toBe('a/three');
  });

  it('ten at once: one reading', async () => {
    let reads = 0;
    const source = async () => {
      reads += 1;
      return { fast: 'a/one' };
    };
    const { ask, all, run } = host({ source });
    const models = await run(Promise.all(Array.from({ length: 10 }, () => all.resolve('fast'))));
    expect([models.length, reads]).toEqual([10, 1]);
    await ask('fast');
    expect(reads).toBe(1);
  });

  it('a source that throws after a good value: that one, stale, and one warning; with none ever: the fallback', async () => {
    let broken = false;
    const source = () => {
      if (broken) throw new Error('no such table');
      return { fast: 'a/config' };
    };
    const { all, spec, pass, problems, run } = host({ source, fallbacks: { fast: 'a/fallback' } });
    await spec('fast');
    broken = true;
    await pass(MINUTE);
    expect(await spec('fast')).toBe('a/config');
    expect(await spec('fast')).toBe('a/config');
    expect((await run(all.resolve('fast'))).origin).toBe('stale');
    expect(problems).toEqual(['the tiers could not be read: no such table']);
    broken = false;
    expect((await run(all.resolve('fast'))).origin).toBe('config');
    broken = true;
    const never = host({ source, fallbacks: { fast: 'a/fallback' } });
    expect(await never.spec('fast')).toBe('a/fallback');
    expect(never.problems).toHaveLength(1);
  });

  it.each<[string, () => never]>([
    ['answers nonsense', () => 7 as never],
    ['answers a list', () => ['a/m'] as never],
    ['hangs', () => new Promise(() => {}) as never],
    ['rejects', () => Promise.reject(new Error('gone')) as never],
  ])('a source that %s stops no call', async (_name, source) => {
    const { ask, problems, clock } = host({ source, fallbacks: { fast: 'a/fallback' } });
    expect(await ask('fast')).toMatchObject({ target: 'a/fallback' });
    expect(problems).toHaveLength(1);
    expect(clock.armed).toBe(0);
  });

  it('a source that hangs is waited for once; what it said last holds at once from then on', async () => {
    const { spec, pass, clock } = host({ source: () => new Promise(() => {}) as never, fallbacks: { fast: 'a/fallback' } });
    expect(await spec('fast')).toBe('a/fallback');
    expect(clock.mono()).toBe(5_000);
    for (let call = 0; call < 10; call++) {
      await pass(MINUTE);
      const began = clock.mono();
      expect(await spec('fast')).toBe('a/fallback');
      expect(clock.mono() - began).toBeLessThanOrEqual(250);
    }
  });

  it('who leaves while the config is read leaves at once', async () => {
    const { all, clock, run, made } = host({ source: () => new Promise(() => {}) as never, fallbacks: { fast: 'a/fallback' } });
    const caller = new AbortController();
    const asked = all.model('fast').doStream({ prompt: PROMPT, abortSignal: caller.signal });
    const left = Promise.resolve(asked).then(
      () => 'answered',
      (reason: unknown) => [reason, clock.mono()],
    );
    clock.after(100, () => caller.abort('left'));
    expect(await run(left)).toEqual(['left', 100]);
    expect(made.size).toBe(0);
  });

  it('invalidate: the config is read again by the next call', async () => {
    let now = 'a/one';
    const { spec, all } = host({ source: () => ({ fast: now }) });
    await spec('fast');
    now = 'a/two';
    all.invalidate();
    expect(await spec('fast')).toBe('a/two');
  });

  it('a tier that is not there is looked for again after a second', async () => {
    const table: Record<string, string> = { fast: 'a/m' };
    const { all, spec, pass, run } = host({ source: () => table });
    expect(await failureOf(run(all.resolve('new')))).toMatchObject({ code: 'unknown-tier' });
    table['new'] = 'b/n';
    await pass(999);
    expect(await failureOf(run(all.resolve('new')))).toMatchObject({ code: 'unknown-tier' });
    await pass(1);
    expect(await spec('new')).toBe('b/n');
  });
});

describe('B4 39: efforts', () => {
  it('a/m:high,b/n: high reaches the first, none the second; tier:low leaves the first and reaches the second', async () => {
    const { ask, asked, made } = host({ fallbacks: { smart: 'a/m:high, b/n' } });
    await ask('smart');
    expect(asked('a/m')!.reasoning).toBe('high');
    Object.assign(made.get('a/m')!, { doStream: () => Promise.reject(Object.assign(new Error('unauthorized'), { statusCode: 401 })) });
    await ask('smart');
    expect(asked('b/n')!.reasoning).toBeUndefined();
    expect(await ask('smart:low')).toMatchObject({ chain: 'smart', target: 'b/n' });
    expect(asked('b/n')!.reasoning).toBe('low');
  });

  it('ollama/qwen:7b keeps its id; ollama/qwen:7b:high is that, with an effort', async () => {
    const { ask, asked } = host({ fallbacks: { local: 'ollama/qwen:7b', deep: 'ollama/qwen:7b:high' } });
    expect(await ask('local')).toMatchObject({ target: 'ollama/qwen:7b' });
    expect(asked('ollama/qwen:7b')!.reasoning).toBeUndefined();
    expect(await ask('deep')).toMatchObject({ target: 'ollama/qwen:7b' });
    expect(asked('ollama/qwen:7b')!.reasoning).toBe('high');
  });

  it('what holds a slash is a specification as it stands', async () => {
    const { ask, all, run } = host({ fallbacks: { fast: 'a/m' } });
    expect(await ask('c/x, d/y:low')).toMatchObject({ target: 'c/x' });
    expect(await failureOf(run(all.resolve('c/x, fast')))).toMatchObject({ code: 'nested-tier' });
    expect(await failureOf(run(all.resolve('c/x,,d/y')))).toMatchObject({ code: 'bad-tier' });
  });
});

describe('B4 40: what is refused', () => {
  it('a tier in a tier: in a fallback, in an override, and when it is registered later', async () => {
    expect(await thrown(() => host({ fallbacks: { fast: 'a/m', smart: 'fast, b/n' } }))).toMatchObject({ code: 'nested-tier' });
    const { all } = host({ fallbacks: { fast: 'a/m' }, models: ['small'] });
    expect(await thrown(() => all.with({ smart: 'fast' }))).toMatchObject({ code: 'nested-tier' });
    expect(await thrown(() => all.register('smart', 'a/m, fast:low'))).toMatchObject({ code: 'nested-tier' });
    all.register('smart', 'small, b/n');
    expect(await thrown(() => all.register('small', 'a/m'))).toMatchObject({
      code: 'bad-tier',
      message: expect.stringContaining('is a model already'),
    });
    all.register('third', 'c/o');
    expect((await all.resolve('third')).targets).toEqual([{ ref: 'c/o' }]);
  });

  it('an unknown tier names those there are; so do the call and the model', async () => {
    const { all, ask, run } = host({ fallbacks: { fast: 'a/m', smart: 'b/n' } });
    expect(await failureOf(run(all.resolve('smrt')))).toEqual({
      code: 'unknown-tier',
      message: 'there is no tier "smrt"; did you mean "smart"? (there are fast, smart)',
    });
    expect(await failureOf(ask('nope'))).toMatchObject({ code: 'unknown-tier' });
  });

  it.each([
    ['an empty element', 'a/m,,b/n'],
    ['a missing slash', 'gpt-5'],
    ['9 targets', Array.from({ length: 9 }, (_, n) => `a/m${n}`)],
    ['a target twice', 'a/m,a/m'],
  ])('%s: a fallback throws, a config keeps its last good one, told once for each change', async (_name, bad) => {
    expect(await thrown(() => host({ fallbacks: { fast: bad } }))).toMatchObject({ code: 'bad-tier' });
    let now: unknown = 'a/good';
    const { all, spec, pass, problems, run } = host({ source: () => ({ fast: now, other: 'c/o' }), fallbacks: { fast: 'a/fallback' } });
    expect(await spec('fast')).toBe('a/good');
    now = bad;
    for (let n = 0; n < 3; n++) {
      await pass(MINUTE);
      expect(await spec('fast')).toBe('a/good');
    }
    expect((await run(all.list())).map(({ name, origin }) => [name, origin])).toEqual([
      ['fast', 'stale'],
      ['other', 'config'],
    ]);
    expect(problems).toHaveLength(1);
    now = 'b/mended';
    await pass(MINUTE);
    expect(await spec('fast')).toBe('b/mended');
    now = bad;
    await pass(MINUTE);
    await spec('fast');
    expect(problems).toHaveLength(2);
    // Invalid from the beginning: the fallback, never an empty chain.
    const never = host({ source: () => ({ fast: bad }), fallbacks: { fast: 'a/fallback' } });
    expect(await never.spec('fast')).toBe('a/fallback');
  });

  it.each([
    ['fails', () => Promise.reject(new Error('db down')), 'there is no tier "fast" (none is known); the source failed: db down'],
    ['names itself', () => ({ fast: 'slow', slow: 'fast' }), 'the source says it wrong: tier "fast"'],
  ] as const)('a source that %s, and no fallback: the reason is in the error', async (_name, source, says) => {
    const { ask } = host({ source: source as never });
    const error = await failureOf(ask('fast'));
    expect(error.message).toContain(says);
  });

  it('options that cannot be meant', async () => {
    const wrong: readonly (readonly [Partial<Options>, string])[] = [
      [{ resolve: 'a/m' as never }, 'tiers({ resolve })'],
      [{ ttl: 'soon' }, 'tiers({ ttl })'],
      [{ source: {} as never }, 'tiers({ source })'],
      [{ overrides: 'fast' as never }, 'tiers({ overrides })'],
      [{ retrys: 1 } as never, 'tiers({ retrys })'],
      [{ retries: -1 }, 'retries'],
    ];
    for (const [options, says] of wrong) expect((await thrown(() => host(options))).message).toContain(says);
    const { ask } = host({ fallbacks: { fast: 'a/m' } });
    expect(await failureOf(ask('fast', { providerOptions: { holdfast: { tiers: { fast: 'a/' } } } }))).toMatchObject({ code: 'bad-tier' });
  });
});

describe('B4 41: configure and override', () => {
  it('configure twice: the second table only', async () => {
    const { all, spec, run } = host({ source: () => ({ one: 'a/m' }), fallbacks: { base: 'a/base' } });
    expect(await spec('one')).toBe('a/m');
    all.configure({ source: () => ({ two: 'b/n' }), fallbacks: { other: 'c/o' } });
    expect((await run(all.list())).map(({ name }) => name)).toEqual(['other', 'two']);
    expect(await failureOf(run(all.resolve('one')))).toMatchObject({ code: 'unknown-tier' });
    expect(await failureOf(run(all.resolve('base')))).toMatchObject({ code: 'unknown-tier' });
  });

  it('a reading that began before it never overwrites the new table', async () => {
    let give = (_table: Record<string, string>): void => {};
    const { all, spec, run } = host({
      source: () => new Promise<Record<string, string>>((resolve) => (give = resolve)),
      fallbacks: { fast: 'a/old' },
    });
    const waiting = run(all.resolve('fast'));
    await Promise.resolve();
    all.configure({ source: () => ({ fast: 'b/new' }) });
    give({ fast: 'a/late' });
    await waiting;
    expect(await spec('fast')).toBe('b/new');
    expect(await spec('fast')).toBe('b/new');
  });

  it('an override beats the config for one run and does not leak into one that runs beside it', async () => {
    const { all, run } = host({ source: async () => ({ fast: 'b/config' }) });
    const [mine, theirs] = [all.with({ fast: 'c/mine' }), all.with({ fast: 'd/theirs' })];
    const of = async (from: typeof all) => (await from.resolve('fast')).targets[0]!.ref;
    const turns = Array.from({ length: 30 }, (_, n) => of([all, mine, theirs][n % 3]!));
    expect(new Set((await run(Promise.all(turns))).map((ref, n) => `${n % 3} ${ref}`))).toEqual(
      new Set(['0 b/config', '1 c/mine', '2 d/theirs']),
    );
    expect((await mine.with({ slow: 'e/x' }).resolve('fast')).targets[0]!.ref).toBe('c/mine');
    expect(await failureOf(mine.resolve('slow'))).toMatchObject({ code: 'unknown-tier' });
  });
});

describe('settings', () => {
  it('a fallback’s own replace the primary’s and never mix; what a call says itself wins', async () => {
    const { ask, asked, made } = host({
      fallbacks: {
        smart: {
          models: [{ model: 'a/m', max_tokens: 4000, temperature: 0.2, provider_opts: { one: 1 } }, { model: 'b/n', top_p: 0.5 }, 'c/o'],
          retries: 0,
        },
      },
    });
    await ask('smart');
    expect(asked('a/m')).toMatchObject({ maxOutputTokens: 4000, temperature: 0.2, providerOptions: { a: { one: 1 } } });
    await ask('smart', { temperature: 0.9 });
    expect(asked('a/m')).toMatchObject({ maxOutputTokens: 4000, temperature: 0.9 });
    const refused = { doStream: () => Promise.reject(Object.assign(new Error('unauthorized'), { statusCode: 401 })) };
    Object.assign(made.get('a/m')!, refused);
    expect(await ask('smart')).toMatchObject({ target: 'b/n' });
    expect(asked('b/n')).toMatchObject({ topP: 0.5 });
    for (const name of ['maxOutputTokens', 'temperature'] as const) expect(asked('b/n')![name]).toBeUndefined();
    expect(JSON.stringify(asked('b/n')!.providerOptions ?? {})).not.toContain('one');
    Object.assign(made.get('b/n')!, refused);
    expect(await ask('smart')).toMatchObject({ target: 'c/o' });
    expect(asked('c/o')!.topP).toBeUndefined();
  });

  it('tiers share what is believed of their models', async () => {
    const { ask, made } = host({ fallbacks: { one: 'a/m, b/n', two: 'a/m, c/o' } });
    await ask('one');
    Object.assign(made.get('a/m')!, { doStream: () => Promise.reject(Object.assign(new Error('unauthorized'), { statusCode: 401 })) });
    expect(await ask('one')).toMatchObject({ target: 'b/n', attempts: [{}, {}] });
    expect(await ask('two')).toMatchObject({ target: 'c/o', attempts: [{}], skips: [{ target: 'a/m', reason: 'resting' }] });
  });
});
