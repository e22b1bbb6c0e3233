import { BEHAVIOURS, secondTarget, texts, type Behaviour, type Fault, type TextName } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { APIS, ask, httpScene, TOOLS, type Api, type Told } from './http-scene.ts';

const NAMES = Object.keys(texts) as TextName[];

const CUT: Fault = { do: 'cut' };

/** One answer cut in the middle, and a second target that behaves so when it is asked to go on. */
async function takenOver(
  text: string,
  behaviour: Behaviour,
  more: { readonly fault?: Fault; readonly east?: Api; readonly west?: Api; readonly third?: Behaviour } = {},
) {
  const { fault = CUT, east = 'openai-compatible', west = 'openai-compatible', third } = more;
  await using on = await httpScene(
    {
      east: { api: east, script: secondTarget(text, 'goes-on'), fault },
      west: { api: west, script: secondTarget(text, behaviour) },
      ...(third && { south: { api: west, script: secondTarget(text, third) } }),
    },
    { onPartial: 'continue' },
  );
  const told = await ask(on);
  await on.over();
  return { told, asked: on.providers['west']!.requests, events: on.events, rests: await on.rests() };
}

/** Whole and once, or a typed error with what was shown: nothing else. */
function honest(told: Told): 'whole' | 'broken' {
  expect(told.withdrawn).toBe(0);
  if (told.failure) {
    expect(told.finish).toBeUndefined();
    expect(told.failure.salvaged).toBe(told.text);
    return 'broken';
  }
  expect(told.record!.outcome).toBe('done');
  return 'whole';
}

describe.each(NAMES)('C6: %s, cut in the middle', (name) => {
  const text = texts[name];

  it.each(['repeats-anchor', 'preamble', 'reopened-fence', 'starts-over'] as const)('%s: the whole text once', async (behaviour) => {
    const { told, asked, rests } = await takenOver(text, behaviour);
    expect(told).toMatchObject({ text, finish: 'stop', failure: undefined, record: { outcome: 'done', target: 'west/small-1' } });
    expect(asked).toHaveLength(1);
    expect(rests).toEqual(['endpoint:east/small-1 truncated']);
  });

  it('repeats-tail: the whole text once', async () => {
    const { told } = await takenOver(text, 'repeats-tail');
    expect(told).toMatchObject({ text, finish: 'stop' });
  });

  it.each(['starts-over-differently', 'refuses'] as const)(
    '%s: another answer is never joined; what was shown is salvaged',
    async (behaviour) => {
      const { told, rests } = await takenOver(text, behaviour);
      expect(honest(told)).toBe('broken');
      expect(text.startsWith(told.text)).toBe(true);
      expect(told.failure).toMatchObject({ kind: 'truncated', salvaged: told.text });
      expect(told.failure!.record.attempts.map(({ failure }) => failure?.facts.code)).toContain('not-a-continuation');
      // The joint cools nothing; the broken one alone is under suspicion, and nobody answered to convict it.
      expect(rests).toEqual([]);
    },
  );

  it.each(['starts-over-differently', 'refuses', 'nothing-to-add'] as const)(
    '%s, then a third target goes on: whole',
    async (behaviour) => {
      const { told } = await takenOver(text, behaviour, { third: 'repeats-anchor' });
      expect(told).toMatchObject({ text, finish: 'stop', failure: undefined });
    },
  );

  it('goes-on, without a word of the anchor: whole where the joint is open, and the record says so; else salvaged', async () => {
    const { told } = await takenOver(text, 'goes-on');
    if (honest(told) === 'whole') {
      expect(told.text).toBe(text);
      expect(told.record!.marks).toContain('joint-open');
    } else expect(text.startsWith(told.text)).toBe(true);
  });

  it('same-first-sentence: joined only where nothing but it was shown', async () => {
    const { told } = await takenOver(text, 'same-first-sentence');
    if (honest(told) === 'broken') expect(text.startsWith(told.text)).toBe(true);
    else expect(told.text).toMatch(/There is another way to tell it/);
  });

  it('answers-with-tool-call: the turn goes on with the call, and the text stays as it is', async () => {
    const { told } = await takenOver(text, 'answers-with-tool-call');
    expect(told).toMatchObject({
      finish: 'tool-calls',
      failure: undefined,
      calls: [{ name: TOOLS[0]!.name, input: { query: 'the rest' } }],
    });
    expect(text.startsWith(told.text)).toBe(true);
  });
});

describe('C6: the joint', () => {
  it('a lost space is lost: nobody can tell it from a word that was cut, and the record says that the joint was open', async () => {
    const { told } = await takenOver(texts.plain, 'lost-space', { fault: { do: 'cut', afterFrames: 6 } });
    expect(honest(told)).toBe('whole');
    expect(told.record!.marks).toContain('joint-open');
    expect(told.text.replaceAll(/\s/g, '')).toBe(texts.plain.replaceAll(/\s/g, ''));
  });

  it('nothing to add: whole where a sentence had ended, else the next target is asked', async () => {
    const said = 'A sentence that is finished. And another one.';
    await using on = await httpScene(
      {
        east: { api: 'openai-compatible', script: { text: said }, fault: { do: 'cut', afterFrames: 40 } },
        west: { api: 'anthropic', script: secondTarget(said, 'nothing-to-add') },
      },
      { onPartial: 'continue' },
    );
    const told = await ask(on);
    expect(told).toMatchObject({ text: said, finish: 'stop' });
  });

  it('refuses a prefill: no failure of the target; it is told instead, at once, and remembered', async () => {
    const text = texts.plain;
    const model = 'claude-sonnet-4-5';
    await using on = await httpScene(
      {
        east: { api: 'openai-compatible', script: { text }, fault: CUT },
        west: { api: 'anthropic', script: secondTarget(text, 'refuses-prefill'), target: { model } },
      },
      { onPartial: 'continue' },
    );
    expect(await ask(on)).toMatchObject({ text, finish: 'stop' });
    expect(on.providers['west']!.requests.map(({ status }) => status)).toEqual([400, 200]);
    expect(await on.rests()).toEqual(['endpoint:east/small-1 truncated']);
    await on.health.clear('endpoint:east/small-1');
    expect(await ask(on)).toMatchObject({ text, finish: 'stop' });
    expect(on.providers['west']!.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
    await on.over();
  });

  it('a target without room for the prompt and what was shown is passed over', async () => {
    const text = texts.plain;
    await using on = await httpScene(
      {
        east: { api: 'openai-compatible', script: { text }, fault: CUT },
        west: { api: 'anthropic', script: secondTarget(text, 'repeats-anchor'), target: { window: 80 } },
        south: { api: 'anthropic', script: secondTarget(text, 'repeats-anchor') },
      },
      { onPartial: 'continue' },
    );
    expect(await ask(on)).toMatchObject({
      text,
      record: { target: 'south/small-1', skips: [{ target: 'west/small-1', reason: 'window-too-small' }] },
    });
  });

  it('a model that goes on from a beginning of its own turn is given one', async () => {
    const text = texts.chinese;
    await using on = await httpScene(
      {
        east: { api: 'openai-compatible', script: { text }, fault: CUT },
        west: { api: 'anthropic', script: secondTarget(text, 'goes-on'), target: { model: 'claude-sonnet-4-5' } },
      },
      { onPartial: 'continue' },
    );
    expect(await ask(on)).toMatchObject({ text, finish: 'stop', record: { marks: ['usage-estimated'] } });
    expect(on.providers['west']!.requests[0]!.facts!.turns.at(-1)).toMatchObject({ role: 'assistant' });
  });
});

describe.each(APIS)('P9, %s: a break at every frame of one answer', (api) => {
  const text = `${texts.code}\n\n${texts.chinese}`;

  it.each(['cut', 'clean-end', 'error-event'] as const)('%s: the whole text once, whatever had been shown', async (fault) => {
    await using probe = await httpScene({ east: { api, script: { text } } });
    await ask(probe);
    const { frames } = probe.providers['east']!.requests[0]!;
    expect(frames).toBeGreaterThan(20);
    const told = await Promise.all(
      Array.from(
        { length: frames + 1 },
        async (_, afterFrames) =>
          (await takenOver(text, 'repeats-anchor', { east: api, west: 'anthropic', fault: { do: fault, afterFrames } })).told,
      ),
    );
    expect(told.map(({ text: said, finish }, n) => [n, said, finish])).toEqual(told.map((_, n) => [n, text, 'stop']));
  });
});

it('every behaviour of a second target is in this table', () => {
  expect(BEHAVIOURS.toSorted()).toEqual(
    [
      'goes-on',
      'repeats-tail',
      'repeats-anchor',
      'starts-over',
      'starts-over-differently',
      'same-first-sentence',
      'preamble',
      'reopened-fence',
      'lost-space',
      'refuses-prefill',
      'refuses',
      'answers-with-tool-call',
      'nothing-to-add',
    ].toSorted(),
  );
});
