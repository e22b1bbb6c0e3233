import {
  generateWith,
  holdfast,
  isCallFailure,
  isModelFailure,
  metaCalls,
  tiers,
  type CallEvent,
  type CallRecord,
  type HoldfastOptions,
  type ModelEntry,
} from '@holdfast/core';
import { MemoryHealth, type ModelOptions } from '@holdfast/core/engine';
import { texts, type Fault, type LabProvider } from '@holdfast/lab';
import { afterEach, describe, expect, it } from 'vitest';
import { AFTER_TOOL, ask, failureOf, holds, letGo, PROMPT, promptOf, TOOLS, type Api } from './http-scene.ts';
import { labOf, vendor } from './vendor-models.ts';

const TEXT = texts.plain;
const CALLS = [{ name: 'lookup', args: { query: 'one' } }];

const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

async function lab(name: string, api: Api, more: Parameters<typeof labOf>[2] = {}): Promise<LabProvider> {
  const provider = await labOf(name, api, more);
  open.push(provider);
  return provider;
}

const APIS: readonly Api[] = ['openai-compatible', 'openai', 'anthropic', 'openai-responses', 'google'];

describe.each(APIS)('models of the AI SDK, %s', (api) => {
  it.each(['stream', 'generate'] as const)('one that answers with tools: %s', async (how) => {
    const east = await lab('east', api, { script: { text: TEXT, toolCalls: CALLS } });
    const model = holdfast({ models: [vendor(api, east)] });
    const told = await ask({ model }, how);
    expect(told).toMatchObject({
      text: TEXT,
      finish: 'tool-calls',
      record: { outcome: 'done', chain: 'holdfast', attempts: [{ attempt: 1 }] },
    });
    expect(told.calls).toEqual(CALLS.map(({ name, args }) => ({ name, input: args })));
    expect(told.record!.usage).toMatchObject({ input: expect.any(Number), output: expect.any(Number) });
    expect(await ask({ model }, how, { prompt: AFTER_TOOL })).toMatchObject({ record: { outcome: 'done' } });
  });

  it.each<[string, Fault]>([
    ['401', { do: 'status', status: 401 }],
    ['402', { do: 'status', status: 402 }],
    ['404', { do: 'status', status: 404 }],
    ['429', { do: 'status', status: 429 }],
    ['429 with a hint', { do: 'status', status: 429, retryAfter: 20 }],
    ['quota 429', { do: 'status', reason: 'quota' }],
    ['overflow 400', { do: 'status', reason: 'overflow' }],
    ['500', { do: 'status', status: 500 }],
    ['HTML 502', { do: 'html' }],
    ['503', { do: 'status', status: 503 }],
    ['529', { do: 'status', status: 529 }],
    ['HTML 200', { do: 'html', status: 200 }],
    ['refused', { do: 'refused' }],
    ['reset', { do: 'reset' }],
    ['error as the first event', { do: 'error-first' }],
    ['role frame, then an error', { do: 'role-then-error' }],
    ['empty answer', { do: 'empty' }],
    ['200 with a JSON error', { do: 'json-error' }],
    ['reasoning, then a break', { do: 'reasoning-break' }],
    ['error event', { do: 'error-event' }],
    ['socket cut', { do: 'cut' }],
    ['clean end without a finish', { do: 'clean-end' }],
    ['one frame that does not parse', { do: 'bad-frame' }],
    ['tool call cut in half', { do: 'half-call' }],
  ])('%s: the second one answers, whole and once, streaming and not', async (_name, fault) => {
    for (const how of ['stream', 'generate'] as const) {
      const east = await lab('east', api, { fault });
      const west = await lab('west', api === 'anthropic' ? 'openai' : 'anthropic');
      const models = [vendor(api, east), vendor(api === 'anthropic' ? 'openai' : 'anthropic', west)];
      const told = await ask({ model: holdfast({ models, onPartial: 'restart', random: () => 0 }) }, how);
      expect(told).toMatchObject({ text: TEXT, finish: 'stop', failure: undefined, record: { place: 1, outcome: 'done' } });
      expect(west.requests).toHaveLength(1);
      const kinds = told.record!.attempts.slice(0, -1).map(({ failure }) => failure!.kind);
      expect(kinds).not.toContain('unknown');
      expect(kinds).not.toContain('cancelled');
    }
  });

  it.each<[string, Fault]>([
    ['no headers', { do: 'no-headers' }],
    ['headers, then silence', { do: 'silence' }],
    ['pings for ever', { do: 'pings' }],
    ['silence after content', { do: 'stall' }],
  ])('%s: within the limit the second one answers', async (_name, fault) => {
    const east = await lab('east', api, { fault });
    const west = await lab('west', api === 'anthropic' ? 'openai' : 'anthropic');
    const models = [vendor(api, east), vendor(api === 'anthropic' ? 'openai' : 'anthropic', west)];
    const timeouts = { firstToken: 200, stall: 200, silence: 200 };
    const told = await ask({ model: holdfast({ models, onPartial: 'restart', random: () => 0, timeouts }) });
    expect(told).toMatchObject({ text: TEXT, finish: 'stop', failure: undefined, record: { place: 1 } });
    expect(told.record!.attempts[0]!.failure).toMatchObject({ kind: 'timeout' });
  });

  it('a cut between finish and terminator: the package keeps the reason to itself, so the error is typed and nothing is lost', async () => {
    const east = await lab('east', api, { fault: { do: 'cut-after-finish' } });
    const told = await ask({ model: holdfast({ models: [vendor(api, east)] }) });
    expect(told).toMatchObject({ text: TEXT, finish: undefined, failure: { salvaged: TEXT } });
    const calm = await lab('west', 'anthropic');
    // Another model is asked to go on, and has only the finish to add.
    expect(await ask({ model: holdfast({ models: [vendor(api, east), vendor('anthropic', calm)] }) })).toMatchObject({
      text: TEXT,
      finish: 'stop',
    });
  });

  it('a final error carries the record, names every attempt, and is none of the AI SDK’s', async () => {
    const east = await lab('east', api, { fault: { do: 'status', status: 401 } });
    const west = await lab('west', api, { fault: { do: 'status', status: 404 } });
    const model = holdfast({ models: [vendor(api, east), vendor(api, west)] });
    for (const verb of ['doGenerate', 'doStream'] as const) {
      const error = await failureOf(model[verb]({ prompt: PROMPT }));
      expect(isModelFailure(error) && isCallFailure(error)).toBe(true);
      expect(error.name).toBe('CallFailure');
      expect(Object.getOwnPropertySymbols(error).map(String).join()).not.toContain('vercel.ai.error');
      expect(error).not.toHaveProperty('statusCode');
      expect(error.record.outcome).toBe(error.kind);
    }
    const first = await failureOf(holdfast({ models: [vendor(api, east), vendor(api, west)] }).doGenerate({ prompt: PROMPT }));
    expect(first.record.attempts.map(({ failure }) => failure!.kind)).toEqual(['auth', 'model-missing']);
    for (const { target } of first.record.attempts) expect(first.message).toContain(target);
  });

  it('onPartial fail: a break after the first text is an error part with what was shown, never a clean end', async () => {
    const east = await lab('east', api, { fault: { do: 'cut' } });
    const west = await lab('west', 'anthropic');
    const told = await ask({ model: holdfast({ onPartial: 'fail', models: [vendor(api, east), vendor('anthropic', west)] }) });
    expect(told.finish).toBeUndefined();
    expect(told.text.length).toBeGreaterThan(20);
    expect(TEXT.startsWith(told.text)).toBe(true);
    expect(told.failure).toMatchObject({
      kind: 'truncated',
      salvaged: told.text,
      record: { outcome: 'truncated', attempts: [{ shown: 'hard' }] },
    });
    expect(west.requests).toEqual([]);
    // Not streaming, nothing was shown: an ordinary failure.
    expect(await ask({ model: holdfast({ models: [vendor(api, east), vendor('anthropic', west)] }) }, 'generate')).toMatchObject({
      text: TEXT,
    });
  });

  it('the caller’s abort in mid-answer reaches the provider', async () => {
    const east = await lab('east', api, { fault: { do: 'stall' } });
    const stop = new AbortController();
    const reason = new Error('enough');
    const { stream } = await holdfast({ models: [vendor(api, east)] }).doStream({ prompt: PROMPT, abortSignal: stop.signal });
    const reader = stream.getReader();
    for (let read = await reader.read(); !read.done && read.value.type !== 'text-delta'; read = await reader.read());
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await east.waitFor(({ aborted }) => aborted);
  });

  it('the reader’s cancel in mid-answer reaches the provider', async () => {
    const east = await lab('east', api, { fault: { do: 'stall' } });
    const { stream } = await holdfast({ models: [vendor(api, east)] }).doStream({ prompt: PROMPT });
    const reader = stream.getReader();
    for (let read = await reader.read(); !read.done && read.value.type !== 'text-delta'; read = await reader.read());
    await reader.cancel();
    await east.waitFor(({ aborted }) => aborted);
  });
});

describe('options', () => {
  const some = (): ModelEntry[] => [vendor('openai', { url: 'http://127.0.0.1:1/v1', name: 'x' } as LabProvider)];
  const wrong = (options: Partial<Record<keyof HoldfastOptions, unknown>>): Error => {
    try {
      holdfast({ models: some(), ...options } as HoldfastOptions);
    } catch (error) {
      return error as Error;
    }
    throw new Error('it was taken');
  };

  it.each<[string, Partial<Record<keyof HoldfastOptions, unknown>>, RegExp]>([
    ['another word', { onPartial: 'splice' }, /onPartial.*'restart' or 'fail'/],
    ['no models', { models: [] }, /models.*at least one/],
    ['models that are none', { models: 'openai/gpt-5' }, /models.*at least one/],
    ['a name for a model', { models: ['openai/gpt-5'] }, /models.*element 0 is not an AI SDK language model/],
    ['nothing for a model', { models: [undefined] }, /models.*element 0/],
    ['an entry without a model', { models: [{ model: undefined, endpoint: 'a' }] }, /models.*element 0/],
    ['negative retries', { retries: -1 }, /retries.*at least 0/],
    ['half a retry', { retries: 0.5 }, /retries.*whole number/],
    ['no attempts', { maxAttempts: 0 }, /maxAttempts.*at least 1/],
    ['a patience that is no duration', { patience: 'soon' }, /patience/],
    ['a negative patience', { patience: -1 }, /patience.*milliseconds/],
    ['a timeout that is none', { timeouts: { stall: Number.NaN } }, /timeouts\.stall/],
    ['a cooldown that is none', { cooldown: '20 parsecs' }, /cooldown/],
    ['another refusal', { onRefusal: 'argue' }, /onRefusal.*'pass' or 'next'/],
    ['a timeout nobody knows', { timeouts: { firstTokn: 5 } }, /timeouts\.firstTokn.*firstToken/],
    ['an option nobody knows', { retires: 3 } as never, /retires.*retries/],
    ['a text for a hedge', { hedge: 'x' }, /hedge \}\): must be true or false/],
    [
      'labels for an attribution',
      { attribution: { caller: 'x' } },
      /attribution \}\): .*current\(\).*asyncAttribution.*providerOptions\.holdfast/,
    ],
    ['a number for an attribution', { attribution: 5 }, /attribution \}\): .*current\(\)/],
    [
      'a lane that lets nobody in',
      { lanes: { a: { match: ['south'], concurrency: 0 } } },
      /lanes\.a\.concurrency \}\): must be at least 1.*pause/,
    ],
    ['settings of no lane', { lanes: { none: { match: ['south'], queue: 3 } } }, /lanes\.none\.queue/],
    ['a store of budgets that is none', { budgetStore: {} }, /budgetStore \}\)/],
    ['a store of what moves that is none', { moving: {} }, /moving \}\)/],
    ['a store of conversations that is none', { affinity: {} }, /affinity \}\)/],
    ['a text for a watcher', { emit: 'x' }, /emit \}\): must be a function/],
    ['a number for chance', { random: 5 }, /random \}\): must be a function/],
    ['a clock that is none', { clock: {} }, /clock \}\): must be a clock with now, mono, sleep, after/],
    ['a number for a name', { name: 5 }, /name \}\): must be a text/],
    ['no name', { name: '' }, /name \}\): must be a text/],
    ['a limit of nothing', { timeouts: { firstToken: 0 } }, /timeouts\.firstToken \}\): must be more than 0/],
    ['a setting nobody knows', { models: [{ model: some()[0], settings: { temprature: 1 } }] }, /settings\.temprature.*temperature/],
    ['a setting of another type', { models: [{ model: some()[0], settings: { temperature: 'warm' } }] }, /settings\.temperature.*number/],
    ['a budget of each of one', { budgets: [{ name: 'b', each: 'caller', caller: 'ci', callsPerDay: 1 }] }, /budgets\[0\]\.each.*caller/],
    ['the way out of a text', { models: ['openai/gpt-5'] }, /pass a model object of a provider package/],
  ])('%s is refused, with the option and the way out', (_name, options, words) => {
    const error = wrong(options);
    expect(isModelFailure(error) && error.kind).toBe('bad-request');
    expect(error.message).toMatch(words);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['holdfast()', () => (holdfast as (...none: never[]) => unknown)(), /^holdfast\(\): needs an object/],
    ['tiers()', () => (tiers as (...none: never[]) => unknown)(), /^tiers\(\): needs an object/],
    ['metaCalls()', () => (metaCalls as (...none: never[]) => unknown)(), /^metaCalls\(\): needs an object/],
    ['generateWith()', () => (generateWith as (...none: never[]) => unknown)(), /^generateWith\(\): needs an object/],
    ['a misspelt prompt', () => generateWith({ model: some()[0], schema: {}, prmpt: 'x' } as never), /prmpt.*prompt/],
    [
      'a tier nobody resolves',
      () =>
        tiers({ resolve: () => null as never, fallbacks: { a: 'x/y' } })
          .model('a')
          .doGenerate({ prompt: PROMPT }),
      /resolve.*answered null for "x\/y"/,
    ],
    [
      'a request of nothing',
      () => holdfast({ models: some() }).doGenerate({} as never),
      /doGenerate\(\{ prompt \}\): must be a list of messages/,
    ],
    [
      'a name that has no model',
      () =>
        metaCalls({ models: { fast: holdfast({ models: some() }) }, allow: ['slow'] })
          .for({ run: 'r' })
          .generate({ model: 'slow', schema: {}, prompt: 'x' }),
      /has no "slow", which is allowed; there are fast/,
    ],
  ])('%s is told as a bad request, never as a TypeError', async (_name, work, words) => {
    const error: unknown = await Promise.resolve()
      .then(work)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'bad-request', message: expect.stringMatching(words) });
  });

  it('durations are milliseconds or words; nothing at all is fine', () => {
    expect(() => holdfast({ models: some() })).not.toThrow();
    expect(() => holdfast({ models: some(), patience: '30s', cooldown: 1500, timeouts: { firstToken: '2m30s', total: 0 } })).not.toThrow();
  });
});

describe('a holdfast model', () => {
  it('joins models by endpoint and account labels; repeats get names of their own', async () => {
    const east = await lab('east', 'openai', { fault: { do: 'status', status: 429, retryAfter: 20 } });
    const one = vendor('openai', east);
    const health = new MemoryHealth();
    const west = await lab('west', 'anthropic');
    const model = holdfast({
      models: [{ model: one, account: 'acme' }, { model: one, account: 'acme' }, vendor('anthropic', west)],
      health,
    });
    const { record } = await ask({ model });
    expect(record!.attempts.map(({ target }) => target)).toEqual(['openai.chat/small-1', 'anthropic.messages/small-1']);
    expect(record!.skips).toMatchObject([{ target: 'openai.chat/small-1#2', reason: 'resting' }]);
    expect(health.list()).toMatchObject([{ scope: 'account:acme/small-1' }]);
  });

  it('what a call took, and when to come back, are whole milliseconds', async () => {
    const east = await lab('east', 'openai', { fault: { do: 'no-headers' } });
    const model = holdfast({
      models: [vendor('openai', east)],
      retries: 0,
      timeouts: { firstToken: 30.4 },
      random: () => 0.123456,
      patience: 0,
    });
    const error = await failureOf(model.doGenerate({ prompt: PROMPT }));
    const { ms, attempts } = error.record;
    expect([ms, attempts[0]!.ms].every(Number.isInteger)).toBe(true);
    const west = await lab('west', 'openai', { fault: { do: 'status', status: 503 } });
    const resting = holdfast({ models: [vendor('openai', west)], retries: 0, random: () => 0.123456, patience: 0 });
    const { record } = await failureOf(resting.doGenerate({ prompt: PROMPT }));
    expect([record.ms, record.retryAt].map(Number.isInteger)).toEqual([true, true]);
    expect(attempts[0]!.failure!.message).toBe('no first token within 30 ms');
  });

  it('per call: caller, run and session are in the record, and no provider hears of them', async () => {
    const east = await lab('east', 'anthropic');
    const model = holdfast({ models: [vendor('anthropic', east)] });
    const providerOptions = { holdfast: { caller: 'alice', run: 'r1', session: 's1' } };
    const { record } = await ask({ model }, 'stream', { providerOptions });
    expect(record).toMatchObject({ caller: 'alice', run: 'r1', session: 's1' });
    expect(JSON.stringify(east.requests[0]!.body)).not.toMatch(/holdfast|alice/);
  });

  it('per call: onPartial and maxAttempts win over the chain’s', async () => {
    const east = await lab('east', 'openai', { fault: { do: 'cut' } });
    const west = await lab('west', 'anthropic');
    const model = holdfast({ models: [vendor('openai', east), vendor('anthropic', west)], random: () => 0 });
    expect(await ask({ model }, 'stream', { providerOptions: { holdfast: { onPartial: 'restart' } } })).toMatchObject({
      text: TEXT,
      withdrawn: 1,
    });
    const error = await failureOf(
      ask({ model: holdfast({ models: [vendor('openai', east), vendor('anthropic', west)] }) }, 'generate', {
        providerOptions: { holdfast: { maxAttempts: 1 } },
      }),
    );
    expect(error.record.attempts).toHaveLength(1);
  });

  it.each<[string, NonNullable<ModelOptions['providerOptions']>[string], RegExp]>([
    ['a way that is none', { onPartial: 'resume' }, /onPartial.*'continue' or 'restart' or 'fail'/],
    ['no attempts', { maxAttempts: 0 }, /maxAttempts/],
    ['a total that is none', { timeouts: { total: 'soon' } }, /timeouts\.total/],
    ['a timeout nobody knows', { timeouts: { stal: 5 } }, /timeouts\.stal.*stall/],
    ['a caller that is no name', { caller: 7 }, /caller.*text/],
    ['a misspelt safety', { onPartail: 'fail' }, /onPartail.*onPartial/],
    ['what only a chain has', { retries: 1 }, /retries.*is no option/],
  ])('per call: %s is refused before anybody is asked', async (_name, own, words) => {
    const east = await lab('east', 'openai');
    const work = holdfast({ models: [vendor('openai', east)] }).doStream({ prompt: PROMPT, providerOptions: { holdfast: own } });
    const error: unknown = await Promise.resolve(work).catch((reason: unknown) => reason);
    expect(isModelFailure(error) && error.kind).toBe('bad-request');
    expect((error as Error).message).toMatch(words);
    expect(east.requests).toEqual([]);
  });

  it('per call: a limit of the caller’s own is kept, and counts against nobody when it is the shorter one', async () => {
    const health = new MemoryHealth();
    const east = await lab('east', 'openai', { fault: { do: 'no-headers' } });
    const west = await lab('west', 'anthropic');
    await ask({ model: holdfast({ models: [vendor('anthropic', west)] }) });
    const model = holdfast({ models: [vendor('openai', east), vendor('anthropic', west)], health });
    const told = await ask({ model }, 'stream', { providerOptions: { holdfast: { timeouts: { firstToken: '150ms' } } } });
    expect(told).toMatchObject({ text: TEXT, record: { attempts: [{ failure: { kind: 'timeout', facts: { shortened: true } } }, {}] } });
    expect(health.list()).toEqual([]);
  });

  it('may be a model of another one', async () => {
    const east = await lab('east', 'openai', { fault: { do: 'status', status: 401 } });
    const west = await lab('west', 'anthropic');
    const inner = holdfast({ models: [vendor('openai', east)], name: 'inner' });
    const { text, record } = await ask({ model: holdfast({ models: [inner, vendor('anthropic', west)] }) });
    expect(text).toBe(TEXT);
    expect(record!.attempts[0]).toMatchObject({ target: 'holdfast/inner', failure: { kind: 'auth' } });
  });

  it('a store that fails and a watcher that throws stop no call', async () => {
    const east = await lab('east', 'openai', { fault: { do: 'status', status: 503 } });
    const west = await lab('west', 'anthropic');
    const dead = () => {
      throw new Error('the disk is gone');
    };
    const health = {
      read: dead,
      claim: dead,
      report: () => Promise.reject(new Error('the disk is gone')),
      set: dead,
      clear: dead,
      list: dead,
      close: dead,
    };
    const emit = (event: CallEvent): void => {
      throw new Error(`cannot draw ${event.type}`);
    };
    const model = holdfast({ models: [vendor('openai', east), vendor('anthropic', west)], health, emit, random: () => 0 });
    const asked = { tools: TOOLS, prompt: promptOf('x') };
    expect(await ask({ model }, 'stream', asked)).toMatchObject({ text: TEXT, record: { place: 1 } });
    // What it found is kept in memory meanwhile: the failing one rests.
    const before = east.requests.length;
    expect(await ask({ model }, 'generate', asked)).toMatchObject({ text: TEXT, record: { place: 1 } });
    expect(east.requests).toHaveLength(before);
  });

  it('leaves no timer behind when it is done', async () => {
    const held = holds();
    const east = await lab('east', 'anthropic');
    const model = holdfast({ models: [vendor('anthropic', east)] });
    const record: CallRecord | undefined = (await ask({ model })).record;
    expect(record?.outcome).toBe('done');
    const timers = (names: readonly string[]) => names.filter((name) => name === 'Timeout');
    expect(timers(holds())).toEqual(timers(held));
    await open.splice(0)[0]!.close();
    await letGo(held);
  });
});
