import type { HoldfastOptions } from '@holdfast/core';
import type { ModelAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { ask as httpAsk, failureOf as httpFailure, httpChain, httpScene } from './http-scene.ts';
import { failureOf, scene, tell, type Prompt } from './scene.ts';

const HOUR = 3_600_000;
const noName = { text: '', fails: { fail: 'network' as const, facts: { code: 'ENOTFOUND' } } };
const noNet = { text: '', fails: { fail: 'local' as const, facts: { code: 'ENETUNREACH' } } };
const healthy = { text: 'whole' };

function set(scripts: Readonly<Record<string, ModelAnswer | readonly ModelAnswer[]>>, options: Partial<HoldfastOptions> = {}) {
  const on = scene(scripts, { onPartial: 'restart', ...options });
  let asked = 0;
  /** Each of them a conversation of its own. */
  const prompt = (): Prompt => [{ role: 'user', content: [{ type: 'text', text: `question ${++asked}` }] }];
  const ask = () => on.model.doStream({ prompt: prompt() }).then(({ stream }) => tell(stream));
  const told = on.clock.now;
  let ahead = 0;
  on.clock.now = () => told() + ahead;
  /** The wall clock jumps: the machine slept, or somebody set it. */
  const jump = (ms: number): void => void (ahead += ms);
  return { ...on, ask, jump, rests: () => on.health.list().filter(({ belief }) => belief.tag !== 'cool') };
}

describe('local: this machine is offline', () => {
  it('names of two hosts: nobody is rested, and it is tried again after 1, 2, 5 s until it is back', async () => {
    const { clock, ask, rests } = set({ a: noName, b: [noName, noName, noName, healthy] }, { retries: 0 });
    const started = clock.now();
    const told = await clock.run(ask());
    expect(told).toMatchObject({ text: 'whole', record: { target: 'lab/b' } });
    expect(told.record!.attempts.map(({ target, failure }) => [target, failure?.kind])).toEqual([
      ['lab/a', 'network'],
      ['lab/b', 'local'],
      ['lab/b', 'local'],
      ['lab/b', 'local'],
      ['lab/b', undefined],
    ]);
    expect(clock.now() - started).toBe(1000 + 2000 + 5000);
    expect(told.record!.skips).toMatchObject([{ target: 'lab/a', reason: 'offline' }]);
    // An answer came from elsewhere in the end, but while nobody could be asked nobody is to blame.
    expect(rests()).toEqual([]);
  });

  it('one host: it rests as soon as another answers, or when the call is over', async () => {
    const two = set({ a: noName, b: healthy }, { retries: 0 });
    expect((await two.clock.run(two.ask())).text).toBe('whole');
    expect(two.rests()).toMatchObject([{ scope: 'endpoint:lab/a', belief: { why: { kind: 'network' } } }]);
    const alone = set({ a: noName });
    expect(await alone.clock.run(failureOf(alone.ask()))).toMatchObject({ kind: 'network' });
    expect(alone.rests()).toMatchObject([{ scope: 'endpoint:lab/a' }]);
  });

  it('no network: up to patience, spending no retries; then it says first what is wrong with this machine', async () => {
    const { clock, ask, rests } = set({ a: noNet, b: healthy }, { patience: '20s' });
    const failure = await clock.run(failureOf(ask()));
    expect(failure.kind).toBe('local');
    expect(failure.message).toMatch(/^the script says: local: no model could answer: /);
    expect(failure.record.attempts.length).toBeGreaterThan(3);
    expect(failure.record.attempts.every(({ target }) => target === 'lab/a')).toBe(true);
    expect(rests()).toEqual([]);
  });
});

describe('local: over real connections', () => {
  /** Reserved: no resolver knows a name below it. */
  const nowhere = (name: string) => ({ api: 'openai-compatible', at: `http://${name}.invalid/v1`, target: { loopback: false } }) as const;

  it('two hosts whose names are not found: exit 75’s sentence says that this machine is offline', async () => {
    await using on = httpChain({ east: nowhere('east'), west: nowhere('west') }, { retries: 0, patience: 0 });
    const failure = await httpFailure(httpAsk(on));
    expect(failure.kind).toBe('local');
    expect(failure.message).toMatch(/^this machine is offline: no model could answer: /);
    expect(failure.record.attempts.map((one) => one.failure!.kind)).toEqual(['network', 'local']);
    expect(await on.rests()).toEqual([]);
  });

  it('one of them beside a host that answers: it is that host', async () => {
    await using on = await httpScene({ east: nowhere('east'), west: { api: 'anthropic', script: { text: 'whole' } } }, { retries: 0 });
    expect((await httpAsk(on)).text).toBe('whole');
    expect(await on.rests()).toEqual(['endpoint:east network']);
  });
});

describe('local: a laptop that slept', () => {
  it('on wake all limits start again: an answer that comes in time after it is whole', async () => {
    const { clock, ask, jump, rests } = set({ a: { text: 'whole', after: 150_000 } });
    const call = ask();
    await clock.run(clock.sleep(80_000, new AbortController().signal));
    jump(8 * HOUR);
    const told = await clock.run(call);
    expect(told).toMatchObject({ text: 'whole', record: { attempts: [{ target: 'lab/a' }] } });
    expect(rests()).toEqual([]);
  });

  it('a stream that died meanwhile is nobody’s fault, and the answer begins again', async () => {
    const { clock, ask, jump, rests } = set({
      a: [{ text: 'half of it is here', fails: { stop: 'hang', afterParts: 5 } }, healthy],
      b: healthy,
    });
    const call = ask();
    await clock.run(clock.sleep(30_000, new AbortController().signal));
    jump(8 * HOUR);
    const told = await clock.run(call);
    expect(told).toMatchObject({ text: 'whole', withdrawn: 1 });
    expect(told.record!.attempts[0]!.failure).toMatchObject({ kind: 'local' });
    expect(rests()).toEqual([]);
  });
});

describe('a clock that jumps back an hour', () => {
  it('prolongs no rest and loses no call', async () => {
    const overloaded = { text: '', fails: { fail: 'overload' as const } };
    const { clock, ask, jump, rests, models } = set({ a: [overloaded, healthy], b: healthy }, { retries: 0 });
    expect((await clock.run(ask())).record!.target).toBe('lab/b');
    expect(rests()).toHaveLength(1);
    jump(-HOUR);
    expect((await clock.run(ask())).record!.target).toBe('lab/b');
    await clock.run(clock.sleep(30_000, new AbortController().signal));
    expect((await clock.run(ask())).record!.target).toBe('lab/a');
    expect(models['a']!.requests).toHaveLength(2);
  });
});
