import { holdfast } from '@holdfast/core';
import type { Clock } from '@holdfast/core';
import { systemClock } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { titleOf } from '../src/titles.ts';
import { finish, modelOf, text } from './kit.ts';

const NEVER = new AbortController().signal;
const LABELS = { session: 's', caller: 'me' };
const ask = (model: Parameters<typeof titleOf>[0]['model'], said: readonly string[] = ['hello'], clock: Clock = systemClock) =>
  titleOf({ model, clock, redact: (data) => data, labels: LABELS }, said, NEVER);
const chain = (...models: ReturnType<typeof modelOf>[]) => holdfast({ models, retries: 0 });

describe('titles', () => {
  it('P11: a model that fails, breaks in the middle or says nothing is followed by the next; each is asked once, nothing is mixed in', async () => {
    const broken = [
      modelOf(() => Promise.reject(new Error('no'))),
      modelOf(() => [...text('Half a ti'), { type: 'error', error: new Error('cut') }]),
      modelOf(() => [finish()]),
    ];
    for (const first of broken) {
      const second = modelOf(() => [...text('"Whole title"\nand more'), finish()]);
      expect(await ask(chain(first, second))).toMatchObject({ title: 'Whole title', call: expect.any(String) as string });
      expect([first.asked.length, second.asked.length]).toEqual([1, 1]);
    }
  });

  it('P11: without a model that answers there is no title, and what it cost is told', async () => {
    const model = modelOf(() => [finish()]);
    const { title, call } = await ask(chain(model));
    expect([title, typeof call]).toEqual([undefined, 'string']);
  });

  it('asks with the two newest messages, redacted, few tokens, no reasoning, and says whose call it is', async () => {
    const model = modelOf(() => [...text('T'), finish()]);
    const redact = <D>(data: D): D => JSON.parse(JSON.stringify(data).replaceAll('s3cret', '***')) as D;
    const ports = { model: chain(model), clock: systemClock, redact, labels: LABELS };
    expect(await titleOf(ports, ['ancient', 'my s3cret', 'three'], NEVER)).toMatchObject({ title: 'T' });
    const [asked] = model.asked;
    expect(JSON.stringify(asked?.prompt)).toContain('my ***');
    expect(JSON.stringify(asked?.prompt)).not.toMatch(/ancient|s3cret/);
    expect([asked?.maxOutputTokens, asked?.tools]).toEqual([500, undefined]);
  });

  it('where the user has said nothing, nobody is asked', async () => {
    const model = modelOf(() => []);
    expect(await ask(model, [' '])).toEqual({});
    expect(model.asked).toEqual([]);
  });

  it('a model that hangs is left after 30 s, and the limit is let go of when it answers', async () => {
    const set: { ms: number; wake: () => void }[] = [];
    let letGo = 0;
    const clock: Clock = { ...systemClock, after: (ms, wake) => (set.push({ ms, wake }), () => void letGo++) };
    const hanging = { ...modelOf(() => []), doGenerate: () => new Promise<never>(() => {}) };
    const title = ask(hanging, ['hello'], clock);
    expect(set.map(({ ms }) => ms)).toEqual([30_000]);
    set[0]?.wake();
    expect(await title).toEqual({});
    await ask(chain(modelOf(() => [...text('T'), finish()])), ['hello'], {
      ...systemClock,
      after: (ms, wake) => (ms === 30_000 ? () => void letGo++ : systemClock.after(ms, wake)),
    });
    expect(letGo).toBe(2);
  });

  it('a stop ends the wait at once', async () => {
    const stop = new AbortController();
    const hanging = { ...modelOf(() => []), doGenerate: () => new Promise<never>(() => {}) };
    const title = titleOf({ model: hanging, clock: systemClock, redact: (data) => data, labels: LABELS }, ['hello'], stop.signal);
    stop.abort(new Error('stopped'));
    await expect(title).rejects.toThrow('stopped');
  });
});
