import { holdfast, type Credential, type Model } from '@holdfast/core';
import { scriptedModel, VirtualClock, type ModelAnswer } from '@holdfast/lab';
import { expect, it } from 'vitest';
import { PROMPT, tell } from './scene.ts';

it('H7: a refusal of the old key that comes after the refresh says nothing of the new one', async () => {
  const clock = new VirtualClock({ start: 1_700_000_000_000 });
  const refused = { text: '', fails: { fail: 'auth' as const } };
  const late: readonly ModelAnswer[] = [
    { ...refused, after: 10 },
    { ...refused, after: 50 },
  ];
  const models: Record<string, Model> = {
    old: scriptedModel({ id: 'm', clock, script: late }),
    // It is slow to answer: nothing clears what is believed of it meanwhile.
    new: scriptedModel({ id: 'm', clock, script: { text: 'one two', after: 500 } }),
  };
  let key = 'old';
  const credential: Credential = { get: () => key, refresh: () => (key = 'new') };
  const model = holdfast({
    models: [{ model: (value) => models[value] ?? models['old']!, name: 'm', credential }],
    clock,
    random: () => 0.5,
  });
  const ask = async (session: string) =>
    (await tell((await model.doStream({ prompt: PROMPT, providerOptions: { holdfast: { session } } })).stream)).record!;
  const third = clock.sleep(60, new AbortController().signal).then(() => ask('third'));
  const records = await clock.run(Promise.all([ask('first'), ask('second'), third]));
  expect(records.map(({ outcome, attempts, skips }) => [outcome, attempts.length, skips.length])).toEqual([
    ['done', 2, 0],
    ['done', 2, 0],
    ['done', 1, 0],
  ]);
});
