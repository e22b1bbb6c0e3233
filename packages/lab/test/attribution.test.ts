import { inspect } from 'node:util';
import { callInfoOf, holdfast, type CallRecord } from '@holdfast/core';
import { asyncAttribution } from '@holdfast/core/node';
import { scriptedModel } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { PROMPT, scene, tell } from './scene.ts';

const broken = { text: '', fails: { fail: 'auth' as const } };
const labels = { caller: 'ann', run: 'r1', session: 's1' };
const thrownBy = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('attribution of errors (B1.3)', () => {
  it('B4 24: without lanes, the error of a failing provider says whose call it was, and shows no prompt', async () => {
    const { clock, model } = scene({ a: broken });
    const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'the secret prompt' }] }];
    const error = await clock.run(thrownBy(model.doGenerate({ prompt, providerOptions: { holdfast: labels } })));
    expect(callInfoOf(error)).toEqual({ ...labels, messages: prompt });
    expect(Object.isFrozen(callInfoOf(error)!.messages)).toBe(true);
    expect(JSON.stringify(error) + inspect(error, { depth: 9, showHidden: true })).not.toContain('secret prompt');
  });

  it('B4 25: what the caller does to its messages afterwards changes nothing', async () => {
    const { clock, model } = scene({ a: { ...broken, after: 1000 } });
    const prompt = [...PROMPT];
    const call = thrownBy(model.doStream({ prompt }));
    prompt.push({ role: 'user', content: [{ type: 'text', text: 'later' }] });
    expect(callInfoOf(await clock.run(call))!.messages).toEqual(PROMPT);
  });

  it('B4 26, 36: an abort and a break in mid-stream say it too, a second call under the same signal takes nothing away', async () => {
    const { clock, model } = scene(
      { a: { text: 'one two three', after: 1000, fails: { fail: 'server', afterParts: 4 } } },
      { onPartial: 'fail' },
    );
    const stop = new AbortController();
    const asked = { prompt: PROMPT, abortSignal: stop.signal };
    const calls = ['r1', 'r2'].map((run) => thrownBy(model.doStream({ ...asked, providerOptions: { holdfast: { caller: 'ann', run } } })));
    stop.abort(new Error('enough'));
    const [one, two] = await clock.run(Promise.all(calls));
    expect(one).toBe(stop.signal.reason);
    expect(two).toBe(one);
    expect(callInfoOf(one)).toEqual({ caller: 'ann' });
    const told = await clock.run(
      model.doStream({ prompt: PROMPT, providerOptions: { holdfast: labels } }).then(({ stream }) => tell(stream)),
    );
    expect(callInfoOf(told.failure)).toMatchObject(labels);
  });

  it('a wrong option of one call says whose it was', async () => {
    const attribution = asyncAttribution();
    const { model } = scene({ a: { text: 'yes' } }, { attribution });
    const wrong = { prompt: PROMPT, providerOptions: { holdfast: { maxAttempts: 0 } } };
    const error = await attribution.run({ caller: 'ann' }, () => thrownBy(model.doStream(wrong)));
    expect(callInfoOf(error)).toEqual({ caller: 'ann', messages: PROMPT });
  });

  it('B4 27: of a chain in a chain the outermost wins', async () => {
    const inner = holdfast({ models: [scriptedModel({ script: broken })], name: 'inner' });
    const outer = holdfast({ models: [inner], retries: 0 });
    const error = await thrownBy(outer.doStream({ prompt: PROMPT, providerOptions: { holdfast: { caller: 'outer' } } }));
    expect(callInfoOf(error)).toMatchObject({ caller: 'outer' });
  });
});

describe('labels', () => {
  it('B4 29, 42: are read when the call begins, "" keeps the outer value, calls side by side do not mix', async () => {
    const attribution = asyncAttribution();
    const { clock, model } = scene({ a: { text: 'one two', every: 5 } }, { attribution });
    const ask = async (own: Record<string, string>): Promise<CallRecord> => {
      const { stream } = await model.doStream({ prompt: PROMPT, providerOptions: { holdfast: own } });
      return (await tell(stream)).record!;
    };
    const [one, two] = await clock.run(
      attribution.run({ caller: 'ann', user: 'u1', trace: 't' }, () =>
        Promise.all([
          attribution.run({ user: '', tool: 'grep' }, () => ask({ caller: '' })),
          attribution.run({ user: 'u2' }, () => ask({ caller: 'bob', tool: 'read' })),
        ]),
      ),
    );
    expect(one).toMatchObject({ caller: 'ann', user: 'u1', tool: 'grep', trace: 't' });
    expect(two).toMatchObject({ caller: 'bob', user: 'u2', tool: 'read', trace: 't' });
    expect(await clock.run(ask({}))).not.toHaveProperty('caller');
  });

  it('an attribution that throws or lies stops no call', async () => {
    const throws = (): never => {
      throw new Error('no');
    };
    for (const current of [throws, () => undefined, () => ({ caller: 7, user: {} })]) {
      const { clock, model } = scene({ a: { text: 'yes' } }, { attribution: { current: current as never } });
      const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
      expect(told).toMatchObject({ text: 'yes', record: { outcome: 'done' } });
      expect(told.record).not.toHaveProperty('caller');
    }
  });
});
