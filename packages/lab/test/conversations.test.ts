import { holdfast, type CallRecord, type HoldfastOptions } from '@holdfast/core';
import { MemoryAffinity, MemoryHealth, type ModelOptions } from '@holdfast/core/engine';
import { scriptedModel, VirtualClock } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { AFTER_TOOL, PROMPT, tell, type Prompt } from './scene.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const healthy = { text: 'one two three four' };
const limited = { text: '', fails: { fail: 'rate-limit' as const, facts: { retryAt: START + 30_000 } } };

interface Said {
  readonly prompt?: Prompt;
  readonly own?: Record<string, string>;
  readonly more?: Partial<ModelOptions>;
}

/** `a` limits the rate once and is well after that; `b` is always well. */
function town(options: Partial<HoldfastOptions> = {}, a: readonly object[] = [limited, healthy]) {
  const clock = new VirtualClock({ start: START });
  const models = {
    a: scriptedModel({ id: 'a', clock, script: a as never }),
    b: scriptedModel({ id: 'b', clock, script: healthy }),
    c: scriptedModel({ id: 'c', clock, script: healthy }),
  };
  const affinity = new MemoryAffinity();
  const model = holdfast({ models: [models.a, models.b, models.c], clock, random: () => 0.5, affinity, ...options });
  const ask = async ({ prompt = PROMPT, own = { session: 's' }, more = {} }: Said = {}): Promise<CallRecord> => {
    const call = { prompt, providerOptions: { holdfast: own }, ...more };
    return (await clock.run(model.doStream(call).then(({ stream }) => tell(stream)))).record!;
  };
  const pass = (ms: number) => clock.run(clock.sleep(ms, new AbortController().signal));
  return { clock, models, model, ask, pass, affinity };
}

describe('P8: a conversation that moved', () => {
  it('stays while its cache is warm, and goes back at a user turn after that; the record says why', async () => {
    const { ask, pass, affinity } = town();
    expect(await ask()).toMatchObject({ target: 'lab/b', marks: [] });
    await pass(4 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/b', marks: ['kept-cache'] });
    await pass(4 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/b', marks: ['kept-cache'] });
    await pass(6 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/a', marks: ['returned'] });
    expect(affinity.empty()).toBe(true);
    expect(await ask()).toMatchObject({ target: 'lab/a', marks: [] });
  });

  it('stays always while its last message is a tool result', async () => {
    const { ask, pass } = town();
    await ask();
    await pass(60 * MINUTE);
    expect(await ask({ prompt: AFTER_TOOL })).toMatchObject({ target: 'lab/b', marks: ['kept-tool-result'] });
    await pass(60 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/a', marks: ['returned'] });
  });

  it.each<[string, Partial<ModelOptions>]>([
    ['the request', { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } }, holdfast: { session: 's' } } }],
    [
      'a message',
      { prompt: [{ ...PROMPT[0]!, providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } } }] as Prompt },
    ],
  ])('an hour where %s asks for a cache of an hour', async (_name, more) => {
    const { ask, pass } = town();
    await ask({ more });
    await pass(59 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/b', marks: ['kept-cache'] });
    await pass(6 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/a', marks: ['returned'] });
  });

  it('an earlier model that is not well for a minute is not gone back to', async () => {
    const { ask, pass } = town({}, [
      limited,
      { text: '', fails: { fail: 'rate-limit', facts: { retryAt: START + 10.5 * MINUTE } } },
      healthy,
    ]);
    await ask();
    await pass(6 * MINUTE);
    // Another conversation finds out that it is not well again.
    expect(await ask({ own: { session: 'other' } })).toMatchObject({ target: 'lab/b' });
    await pass(10_000);
    expect(await ask()).toMatchObject({ target: 'lab/b', marks: ['kept-not-cool'] });
    await pass(5 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/b', marks: ['kept-not-cool'] });
    await pass(6 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/a', marks: ['returned'] });
  });

  it('goes on elsewhere when where it is kept fails, and stays there then', async () => {
    const { ask, pass, models } = town({}, [limited, { text: '', fails: { fail: 'rate-limit', facts: { retryAt: START + 9e6 } } }]);
    expect(await ask()).toMatchObject({ target: 'lab/b' });
    await pass(MINUTE);
    Object.assign(models.b, { doStream: () => Promise.reject(Object.assign(new Error('unauthorized'), { statusCode: 401 })) });
    expect(await ask()).toMatchObject({ target: 'lab/c' });
    await pass(MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/c', marks: ['kept-cache'] });
  });

  it('next_session: stays whatever the time; a new conversation begins at the first model', async () => {
    const { ask, pass } = town({ returnToPrimary: 'next_session' });
    await ask();
    await pass(600 * MINUTE);
    expect(await ask()).toMatchObject({ target: 'lab/b', marks: ['kept-session'] });
    expect(await ask({ own: { session: 'new' } })).toMatchObject({ target: 'lab/a', marks: [] });
  });

  it('never: new conversations begin where the last one was answered, until that fails', async () => {
    const { ask, pass } = town({ returnToPrimary: 'never' });
    await ask();
    await pass(600 * MINUTE);
    expect(await ask({ own: { session: 'new' } })).toMatchObject({ target: 'lab/b', marks: ['kept-never'] });
  });
});

describe('P8: what a conversation is known by', () => {
  const turn = (text: string, ...more: readonly string[]): Prompt =>
    [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text }] },
      ...more.flatMap((next) => [
        { role: 'assistant', content: [{ type: 'text', text: 'yes' }] },
        { role: 'user', content: [{ type: 'text', text: next }] },
      ]),
    ] as Prompt;

  it('without a session key: its system prompt and first user message', async () => {
    const { ask, pass } = town();
    expect(await ask({ own: {}, prompt: turn('one') })).toMatchObject({ target: 'lab/b' });
    await pass(MINUTE);
    expect(await ask({ own: {}, prompt: turn('two') })).toMatchObject({ target: 'lab/a', marks: [] });
    expect(await ask({ own: {}, prompt: turn('one', 'and then?') })).toMatchObject({ target: 'lab/b', marks: ['kept-cache'] });
  });

  it('two callers with one session key share nothing', async () => {
    const { ask, pass } = town();
    expect(await ask({ own: { session: 's', caller: 'ann' } })).toMatchObject({ target: 'lab/b' });
    await pass(MINUTE);
    expect(await ask({ own: { session: 's', caller: 'bob' } })).toMatchObject({ target: 'lab/a' });
    expect(await ask({ own: { session: 's', caller: 'ann' } })).toMatchObject({ target: 'lab/b' });
  });

  it('two processes, one store: the second goes on where the first was answered', async () => {
    const { ask, affinity, models, clock, pass } = town();
    await ask();
    await pass(MINUTE);
    const second = holdfast({ models: [models.a, models.b, models.c], clock, affinity, health: new MemoryHealth() });
    const call = { prompt: PROMPT, providerOptions: { holdfast: { session: 's' } } };
    const told = await clock.run(second.doStream(call).then(({ stream }) => tell(stream)));
    expect(told.record).toMatchObject({ target: 'lab/b', marks: ['kept-cache'] });
  });
});

describe('a store of conversations that misbehaves stops no call', () => {
  const never = new Promise<never>(() => {});
  it.each([
    ['throws', () => fail()],
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['hangs', () => never],
    ['answers nonsense', () => ({ ref: 7, at: 'x' }) as never],
  ])('%s', async (_name, does) => {
    const broken = { read: does, write: does, forget: does, close: () => {} } as unknown as MemoryAffinity;
    const { ask, clock } = town({ affinity: broken });
    expect(await ask()).toMatchObject({ target: 'lab/b', outcome: 'done' });
    expect(await ask()).toMatchObject({ outcome: 'done' });
    await clock.run(clock.sleep(MINUTE, new AbortController().signal));
    expect(clock.armed).toBe(0);
  });
});

const fail = (): never => {
  throw new Error('gone');
};
