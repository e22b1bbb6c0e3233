/** What sinks are told where lanes, hedges and breaks in mid-answer are in play (B4 29, 36, 47, 48). */
import { callInfoOf, generateWith, holdfast, laneRegistry, type CallRecord, type Model } from '@holdfast/core';
import { asyncAttribution } from '@holdfast/core/node';
import { openSinks, type FailoverEvent, type UsageRecord } from '@holdfast/core/sinks';
import { scriptedModel, type ModelAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { PROMPT, scene, tell } from './scene.ts';

const healthy: ModelAnswer = { text: 'one two three' };

function watched() {
  const usage: UsageRecord[] = [];
  const moves: FailoverEvent[] = [];
  return {
    usage,
    moves,
    sinks: { usage: { record: (one: UsageRecord) => void usage.push(one) }, failover: (event: FailoverEvent) => moves.push(event) },
  };
}

const ask = (model: Model, holdfast: Record<string, string> = {}) =>
  model.doStream({ prompt: PROMPT, providerOptions: { holdfast } }).then(({ stream }) => tell(stream));

describe('sinks and lanes', () => {
  it('B4 47: a full lane is a failover: a target of another lane answers', async () => {
    const { usage, moves, sinks } = watched();
    const lanes = { narrow: { match: ['lab/a'], concurrency: 1, queue: 0 } };
    const { clock, model } = scene({ a: { ...healthy, every: 20 }, b: healthy }, { lanes, sinks });
    const [first, second] = await clock.run(Promise.all([ask(model), ask(model, { caller: 'bob' })]));
    expect([first.record?.target, second.record?.target]).toEqual(['lab/a', 'lab/b']);
    expect(moves).toMatchObject([{ from: 'lab/a', to: 'lab/b', caller: 'bob' }]);
    expect(usage.map(({ target, outcome, caller }) => [target, outcome, caller]).toSorted()).toEqual([
      ['lab/a', 'error', 'bob'],
      ['lab/a', 'ok', undefined],
      ['lab/b', 'ok', 'bob'],
    ]);
  });

  it('B4 29: what was waited in a lane is told apart, and the labels of who waited are its own', async () => {
    const { usage, sinks } = watched();
    const attribution = asyncAttribution();
    const lanes = { narrow: { match: ['lab/*'], concurrency: 1 } };
    const { clock, model } = scene({ a: { ...healthy, after: 100 } }, { lanes, sinks, attribution });
    const as = (user: string) => attribution.run({ user, trace: `t-${user}` }, () => ask(model, { caller: user }));
    const told = await clock.run(Promise.all(['ann', 'bob', 'eve'].map(as)));
    expect(told.map(({ record }) => [record?.caller, record?.user, record?.trace])).toEqual([
      ['ann', 'ann', 't-ann'],
      ['bob', 'bob', 't-bob'],
      ['eve', 'eve', 't-eve'],
    ]);
    expect(usage.map(({ user, laneWaitMs }) => [user, laneWaitMs ?? 0])).toEqual([
      ['ann', 0],
      ['bob', 100],
      ['eve', 200],
    ]);
    expect((told[2]!.record as CallRecord).attempts[0]!.laneWaitMs).toBe(200);
  });

  it('B4 48: every attempt of every way to call passes its lane once, and is one usage record', async () => {
    const { usage, sinks } = watched();
    const lanes = laneRegistry({ all: { match: ['*'], concurrency: 4 } });
    const open = openSinks(sinks);
    const broken = scriptedModel({ id: 'a', provider: 'lab', script: { text: '', fails: { fail: 'access-denied' } } });
    const json = scriptedModel({ id: 'b', provider: 'lab', script: { text: '{"name":"kelp"}' } });
    const model = holdfast({ models: [broken, json], lanes, sinks: open });
    const jobs = (): number => lanes.list().reduce((sum, lane) => sum + lane.stats().jobs, 0);
    const ways: readonly (() => Promise<unknown>)[] = [
      async () => ask(model),
      async () => model.doGenerate({ prompt: PROMPT }),
      async () =>
        generateWith({
          model,
          prompt: 'name it',
          schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        }),
    ];
    for (const [at, way] of ways.entries()) {
      await way();
      await open.flush();
      expect({ way: at, jobs: jobs() }).toEqual({ way: at, jobs: usage.length });
    }
    expect(usage.length).toBeGreaterThanOrEqual(ways.length + 1);
  });
});

describe('sinks and broken answers', () => {
  it('B4 36: a break in mid-answer is an error with the tokens so far; the one that went on has its own record', async () => {
    const { usage, moves, sinks } = watched();
    const text = 'The quick brown fox jumps over the lazy dog and then it runs away from all of them.';
    const { clock, model } = scene({ a: { text, fails: { fail: 'server', afterParts: 8 } }, b: healthy }, { sinks, onPartial: 'fail' });
    const told = await clock.run(ask(model, { caller: 'ann' }));
    expect(callInfoOf(told.failure)).toMatchObject({ caller: 'ann' });
    expect(usage).toMatchObject([{ outcome: 'error', kind: 'server', estimated: true }]);
    expect(usage[0]!.outputTokens).toBeGreaterThan(0);
    expect(moves).toMatchObject([{ from: 'lab/a', to: null }]);
  });

  it('B4 36: who stops reading is told apart from a failure: aborted, and no failover', async () => {
    const { usage, moves, sinks } = watched();
    const { clock, model, models } = scene({ a: { ...healthy, every: 5 }, b: healthy }, { sinks });
    const { stream } = await clock.run(model.doStream({ prompt: PROMPT }));
    await clock.run(stream.cancel('enough'));
    expect(usage).toMatchObject([{ outcome: 'aborted' }]);
    expect(moves).toEqual([]);
    expect(models['b']!.requests).toHaveLength(0);
  });

  it('a hedge that lost is one aborted record with its cost, and no failover', async () => {
    const { usage, moves, sinks } = watched();
    const slow: ModelAnswer = { ...healthy, after: 5000 };
    const script = [...Array.from({ length: 20 }, () => ({ ...healthy, after: 10 })), slow];
    const { clock, model } = scene({ a: script, b: healthy }, { sinks, hedge: true });
    for (let n = 0; n < 20; n++) await clock.run(ask(model));
    usage.length = 0;
    const told = await clock.run(ask(model));
    expect(told.record).toMatchObject({ target: 'lab/b', marks: expect.arrayContaining(['hedged']) });
    expect(usage.map(({ target, outcome, estimated }) => [target, outcome, estimated]).toSorted()).toEqual([
      ['lab/a', 'aborted', true],
      ['lab/b', 'ok', false],
    ]);
    expect(moves).toEqual([]);
  });
});
