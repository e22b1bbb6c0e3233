import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  holdfast,
  tiers,
  type CallEvent,
  type CallRecord,
  type Credential,
  type HoldfastOptions,
  type Model,
  type ModelEntry,
} from '@holdfast/core';
import { MemoryHealth } from '@holdfast/core/engine';
import { scriptedModel, texts, VirtualClock, type KeyJudge, type LabProvider } from '@holdfast/lab';
import { afterEach, describe, expect, it } from 'vitest';
import { APIS, ask, failureOf, MODEL, promptOf, PROMPT, type Api } from './http-scene.ts';
import { labOf } from './vendor-models.ts';

const TEXT = texts.plain;
const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

async function lab(api: Api, key: KeyJudge, name = 'work'): Promise<LabProvider> {
  const provider = await labOf(name, api, { key });
  open.push(provider);
  return provider;
}

/** An AI SDK model as a function of its key. */
const made =
  (api: Api, { url, name }: LabProvider) =>
  (apiKey: string): Model => {
    const settings = { baseURL: url, apiKey };
    if (api === 'openai-compatible') return createOpenAICompatible({ ...settings, name, includeUsage: true })(MODEL);
    if (api === 'openai') return createOpenAI(settings).chat(MODEL);
    if (api === 'openai-responses') return createOpenAI(settings).responses(MODEL);
    return api === 'anthropic' ? createAnthropic(settings)(MODEL) : createGoogle(settings)(MODEL);
  };

const kinds = (record: CallRecord | undefined) => record!.attempts.map(({ place, failure }) => [place, failure?.kind]);
const chain = (models: readonly ModelEntry[], more: Partial<HoldfastOptions> = {}) =>
  holdfast({ models, name: 'keys', random: () => 0, ...more });

describe.each(APIS)('several keys of one model, %s', (api) => {
  it.each([
    ['429', 'rate-limit', 'rate-limit'],
    ['quota', 'quota', 'quota'],
    ['401', 'auth', 'auth'],
  ] as const)('%s on the first: the second key answers, with the same model, and no other is asked', async (_name, reason, kind) => {
    const work = await lab(api, (key) => (key === 'spent' ? reason : undefined));
    const other = await lab('anthropic', () => undefined, 'other');
    const models = [{ model: made(api, work), keys: ['spent', 'good'] }, made('anthropic', other)('x')];
    // A conversation whose first key is the spent one.
    for (let n = 0; n < 20; n++) {
      const told = await ask({ model: chain(models) }, 'stream', { prompt: promptOf(`conversation ${n}`) });
      expect(told).toMatchObject({ text: TEXT, finish: 'stop' });
      if (told.record!.attempts.length === 1) continue;
      expect(kinds(told.record)).toEqual([
        [0, kind],
        [1, undefined],
      ]);
      expect(other.requests).toHaveLength(0);
      return;
    }
    throw new Error('every conversation began with the second key');
  });
});

describe('several keys of one model', () => {
  it('conversations are shared out among them; each stays with its own', async () => {
    const used: (string | undefined)[] = [];
    const work = await lab('openai', (key) => void used.push(key));
    const model = chain([{ model: made('openai', work), keys: ['one', 'two', 'three'] }]);
    const of = async (n: number): Promise<string | undefined> => {
      await ask({ model }, 'generate', { prompt: promptOf(`conversation ${n}`) });
      return used.at(-1);
    };
    const first: (string | undefined)[] = [];
    for (let n = 0; n < 30; n++) first.push(await of(n));
    expect(new Set(first)).toEqual(new Set(['one', 'two', 'three']));
    for (let n = 0; n < 30; n++) expect(await of(n)).toBe(first[n]);
  });

  it('without a conversation at all, the one not taken for longest is next', async () => {
    const used: (string | undefined)[] = [];
    const work = await lab('openai', (key) => void used.push(key));
    const model = chain([{ model: made('openai', work), keys: ['one', 'two', 'three'] }]);
    for (let n = 0; n < 6; n++)
      await ask({ model }, 'generate', { prompt: [{ role: 'assistant', content: [{ type: 'text', text: 'go on' }] }] });
    expect([new Set(used.slice(0, 3)), used.slice(3)]).toEqual([new Set(['one', 'two', 'three']), used.slice(0, 3)]);
  });

  it('a limit that an account label joins is not run into once a key', async () => {
    const work = await lab('openai', () => 'rate-limit');
    const other = await lab('openai', () => undefined, 'other');
    const models = [{ model: made('openai', work), keys: ['one', 'two', 'three'], account: 'acme' }, made('openai', other)('x')];
    const told = await ask({ model: chain(models) });
    expect(told).toMatchObject({ text: TEXT, record: { place: 3 } });
    expect(work.requests).toHaveLength(1);
    expect(told.record!.skips.map(({ reason }) => reason)).toEqual(['resting', 'resting']);
  });

  it('a server that is down is not asked once a key', async () => {
    const work = await labOf('work', 'openai', { fault: { do: 'status', status: 500 } });
    open.push(work);
    const other = await lab('openai', () => undefined, 'other');
    const models = [{ model: made('openai', work), keys: ['one', 'two', 'three'] }, made('openai', other)('x')];
    const told = await ask({ model: chain(models, { retries: 0 }) });
    expect(told).toMatchObject({ text: TEXT, record: { place: 3, attempts: [{}, {}] } });
    expect(told.record!.skips.map(({ reason }) => reason)).toEqual(['shares-failure', 'shares-failure']);
  });
});

describe.each(APIS)('a key that expires, %s', (api) => {
  it('401: refreshed once, and the same model answers with the new key', async () => {
    let good = 'first';
    const work = await lab(api, (key) => (key === good ? undefined : 'auth'));
    const other = await lab('anthropic', () => undefined, 'other');
    let issued = 'first';
    const credential: Credential = { get: () => issued, refresh: async () => (issued = good) };
    const model = chain([{ model: made(api, work), credential }, made('anthropic', other)('x')]);
    expect(await ask({ model })).toMatchObject({ text: TEXT, record: { place: 0, attempts: [{}] } });
    good = 'second';
    const told = await ask({ model });
    expect(told).toMatchObject({ text: TEXT, finish: 'stop' });
    expect(kinds(told.record)).toEqual([
      [0, 'auth'],
      [0, undefined],
    ]);
    expect(await ask({ model })).toMatchObject({ record: { place: 0, attempts: [{}] } });
    expect(other.requests).toHaveLength(0);
  });
});

describe('a key that expires', () => {
  it('one credential of several models, and of the tiers that name them, is one key: refreshed once', async () => {
    let [good, issued, refreshes] = ['first', 'first', 0];
    const work = await lab('openai', (key) => (key === good ? undefined : 'auth'));
    const credential: Credential = {
      get: () => issued,
      refresh: async () => {
        refreshes += 1;
        return (issued = good);
      },
    };
    const entry: ModelEntry = { model: made('openai', work), credential };
    const all = tiers({ resolve: () => entry, fallbacks: { one: 'work/small-1', two: 'work/small-1, work/small-2' } });
    const models = [all.model('one'), all.model('two'), chain([entry]), chain([{ ...entry, name: 'other' }, entry])];
    const askAll = () => Promise.all(models.map((model) => ask({ model })));
    await askAll();
    good = 'second';
    expect((await askAll()).map(({ text }) => text)).toEqual(models.map(() => TEXT));
    expect(refreshes).toBe(1);
  });

  it('20 calls at once: one refresh, all are answered', async () => {
    let [good, issued, refreshes] = ['first', 'first', 0];
    const work = await lab('openai', (key) => (key === good ? undefined : 'auth'));
    const credential: Credential = {
      get: () => issued,
      refresh: async () => {
        refreshes += 1;
        return (issued = good);
      },
    };
    const model = chain([{ model: made('openai', work), credential }]);
    await ask({ model });
    good = 'second';
    const told = await Promise.all(Array.from({ length: 20 }, (_, n) => ask({ model }, 'stream', { prompt: promptOf(`call ${n}`) })));
    expect(told.map(({ text }) => text)).toEqual(told.map(() => TEXT));
    expect(refreshes).toBe(1);
  });

  it('a refresh that fails: the next model answers; the label says why, and nothing else is told', async () => {
    const work = await lab('openai', () => 'auth');
    const other = await lab('openai', () => undefined, 'other');
    const secret = 'rt-0123456789abcdef';
    let refreshes = 0;
    const credential: Credential = {
      get: () => 'stale',
      refresh: () => {
        refreshes += 1;
        throw Object.assign(new Error(`the refresh token ${secret} is revoked`), { status: 400, error: 'invalid_grant' });
      },
    };
    const events: CallEvent[] = [];
    const model = chain([{ model: made('openai', work), credential }, made('openai', other)('x')], {
      emit: (event) => void events.push(event),
    });
    const told = await ask({ model });
    expect(kinds(told.record)).toEqual([
      [0, 'auth'],
      [0, 'auth'],
      [1, undefined],
    ]);
    expect(told.record!.attempts[1]!.failure).toMatchObject({
      message: expect.stringContaining('was refused and could not be renewed (auth_invalid_grant)'),
      facts: { code: 'key-auth-invalid-grant' },
    });
    expect(JSON.stringify([told.record, events])).not.toContain(secret);
    // Its pause holds for the next calls too.
    await ask({ model }, 'stream', { prompt: promptOf('another') });
    expect([refreshes, work.requests.length]).toEqual([1, 1]);
  });

  it('H7: a key that was changed elsewhere is used at once, whatever was believed of the old one', async () => {
    let [good, held] = ['second', 'first'];
    const work = await lab('openai', (key) => (key === good ? undefined : 'auth'));
    const health = new MemoryHealth();
    const model = chain([{ model: made('openai', work), credential: { get: () => held } }], { health });
    expect(await failureOf(model.doGenerate({ prompt: PROMPT }))).toMatchObject({ kind: 'auth', record: { attempts: [{}] } });
    expect(await failureOf(model.doGenerate({ prompt: PROMPT }))).toMatchObject({ record: { attempts: [] } });
    held = 'second';
    expect(await ask({ model })).toMatchObject({ text: TEXT, record: { attempts: [{}] } });
    // A process that begins now, over the same beliefs, reads the key before it holds anything against it.
    good = held = 'third';
    health.report(
      {
        entry: 'x',
        model: MODEL,
        credential: 'openai.chat/small-1#key',
        account: 'openai.chat/small-1#key',
        group: MODEL,
        fingerprint: 'another',
      },
      { outcome: { kind: 'auth', facts: {} }, verdict: 'fact', phase: 'end', began: Date.now(), chance: 0 },
      Date.now(),
    );
    const next = chain([{ model: made('openai', work), credential: { get: () => held } }], { health });
    expect(await ask({ model: next })).toMatchObject({ text: TEXT, record: { attempts: [{}], skips: [] } });
  });

  it('no key at all is a failure of its own, and the next model answers', async () => {
    const work = await lab('openai', () => undefined);
    const other = await lab('openai', () => undefined, 'other');
    const credential: Credential = { get: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOENT' })) };
    const told = await ask({ model: chain([{ model: made('openai', work), credential }, made('openai', other)('x')]) });
    expect(told).toMatchObject({ text: TEXT, record: { place: 1 } });
    expect(told.record!.attempts[0]!.failure!.message).toBe('the key of openai.chat/small-1 could not be had (not_found)');
    expect(work.requests).toHaveLength(0);
  });
});

describe('a key that cannot be read, and is believed to be refused', () => {
  const credential: Credential = { get: () => new Promise(() => {}) };
  const scene = () => {
    const clock = new VirtualClock({ start: 1_700_000_000_000 });
    const health = new MemoryHealth();
    const east = scriptedModel({ provider: 'east', clock, script: { text: TEXT } });
    const key = `east/${east.modelId}#key`;
    const target = { entry: 'x', model: 'm', credential: key, account: key, group: 'm', fingerprint: 'old' };
    const refused = { outcome: { kind: 'auth', facts: {} }, verdict: 'fact', phase: 'end', began: clock.now(), chance: 0 } as const;
    health.report(target, refused, clock.now());
    return { clock, health, first: { model: () => east, credential } };
  };

  it('holds a call up for a quarter of a second where another model may answer', async () => {
    const { clock, health, first } = scene();
    const west = scriptedModel({ provider: 'west', clock, script: { text: TEXT } });
    const model = holdfast({ models: [first, west], clock, health });
    await clock.run(Promise.resolve(model.doGenerate({ prompt: PROMPT })));
    expect([clock.mono(), west.requests.length]).toEqual([250, 1]);
  });

  it('is waited for where nobody else is there', async () => {
    const { clock, health, first } = scene();
    const model = holdfast({ models: [first], clock, health });
    expect(await clock.run(failureOf(model.doGenerate({ prompt: PROMPT })))).toMatchObject({ kind: 'auth' });
    expect(clock.mono()).toBeGreaterThanOrEqual(30_000);
  });
});

describe('options that cannot be meant', () => {
  const model = (key: string): Model => createOpenAI({ apiKey: key })(MODEL);

  it.each([
    ['affinity', 'read, write, forget'],
    ['moving', 'repairs, learn, makers, handedOut'],
    ['budgetStore', 'reserve, settle'],
  ])('%s: a store that is none', (option, verbs) => {
    for (const none of [{}, null, '~/.holdfast', 7])
      expect(() => holdfast({ models: [model('x')], [option]: none as never })).toThrow(
        `holdfast({ ${option} }): must be a store: ${verbs}`,
      );
  });

  it.each<[string, unknown, RegExp]>([
    ['a function without keys', { model }, /function of its key needs keys or a credential/],
    ['keys of a model that is made', { model: model('x'), keys: ['a'] }, /model is a function of the key/],
    ['no key', { model, keys: [] }, /keys needs at least one key/],
    ['a blank key', { model, keys: [' '] }, /a key is a text, or an object with get\(\)/],
    ['both', { model, keys: ['a'], credential: { get: () => 'b' } }, /keys or credential, not both/],
    ['a function of something else', { model: () => 'model', keys: ['a'] }, /what its function answers is not an AI SDK language model/],
    ['a misspelt field', { model, key: ['a'] }, /element 0: key.*did you mean keys/],
    ['an effort that is none', { model: model('x'), settings: { effort: 'hard' } }, /settings\.effort/],
  ])('%s', (_name, entry, says) => {
    expect(() => holdfast({ models: [entry as ModelEntry] })).toThrow(says);
  });
});
