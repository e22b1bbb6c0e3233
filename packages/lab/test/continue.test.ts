import { holdfast } from '@holdfast/core';
import type { ModelOptions } from '@holdfast/core/engine';
import type { ModelAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { PROMPT, scene, tell } from './scene.ts';

const TEXT = 'One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen.';

type Ask = Partial<ModelOptions>;

/** The anchor that a request wants repeated, if it asks to go on. */
function anchorIn({ prompt }: ModelOptions): string | undefined {
  const last = prompt.at(-1);
  if (last?.role !== 'user') return undefined;
  const said = last.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return /⟦([\s\S]*)⟧/.exec(said)?.[1];
}

/** Repeats the anchor and goes on; breaks in its turn after so many parts. */
const goesOn =
  (more: Partial<ModelAnswer> = {}, whole = TEXT) =>
  (options: ModelOptions): ModelAnswer => {
    const anchor = anchorIn(options);
    return { ...more, text: anchor === undefined ? whole : whole.slice(whole.indexOf(anchor)) };
  };

const broken = (afterParts: number): ModelAnswer => ({ text: TEXT, fails: { fail: 'server', afterParts } });

async function told(on: ReturnType<typeof scene>, ask: Ask = {}) {
  const answer = await on.clock.run(on.model.doStream({ prompt: PROMPT, ...ask }).then(({ stream }) => tell(stream)));
  expect(on.clock.armed).toBe(0);
  return answer;
}

describe('C5 continue', () => {
  it('is what the library does: the text once, in one block, with the first answer’s ids', async () => {
    const on = scene({ a: broken(8), b: goesOn() });
    const { stream } = await on.model.doStream({ prompt: PROMPT });
    const parts: { type: string; id?: string }[] = [];
    await on.clock.run(
      (async () => {
        for await (const part of stream) parts.push(part as { type: string; id?: string });
      })(),
    );
    expect(parts.filter(({ type }) => type === 'text-start' || type === 'text-end').map(({ type, id }) => [type, id])).toEqual([
      ['text-start', 'text-0'],
      ['text-end', 'text-0'],
    ]);
    expect(parts.filter(({ type }) => type === 'response-metadata')).toHaveLength(1);
    expect(parts.filter(({ type }) => type === 'stream-start')).toHaveLength(1);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'stop' } });
    expect(on.events.find(({ type }) => type === 'call-end')).toMatchObject({ record: { attempts: [{ fate: 'continued' }, {}] } });
    expect(on.events.filter(({ type }) => type === 'takeover')).toMatchObject([
      { attempt: 1, target: 'lab/a', failure: { kind: 'server' } },
    ]);
  });

  it('P9: goes on from one broken continuation to the next; three takeovers at most', async () => {
    const on = scene({
      a: broken(6),
      b: goesOn({ fails: { fail: 'server', afterParts: 9 } }),
      c: goesOn({ fails: { stop: 'no-finish', afterParts: 9 } }),
      d: goesOn(),
    });
    expect(await told(on)).toMatchObject({ text: TEXT, finish: 'stop', record: { target: 'lab/d' } });
    const five = scene({
      a: broken(5),
      b: goesOn({ fails: { fail: 'server', afterParts: 9 } }),
      c: goesOn({ fails: { fail: 'server', afterParts: 9 } }),
      d: goesOn({ fails: { fail: 'server', afterParts: 9 } }),
      e: goesOn(),
    });
    const ended = await told(five);
    expect(ended.failure).toMatchObject({ kind: 'server', salvaged: ended.text });
    expect(TEXT.startsWith(ended.text)).toBe(true);
    expect(five.models['e']!.requests).toHaveLength(0);
  });

  it('P9: the broken target comes last, and once', async () => {
    const on = scene({
      a: (options: ModelOptions): ModelAnswer => (anchorIn(options) ? goesOn()(options) : broken(6)),
      b: { text: '', fails: { fail: 'auth' } },
    });
    expect(await told(on)).toMatchObject({ text: TEXT, finish: 'stop', record: { target: 'lab/a' } });
    expect(on.models['b']!.requests).toHaveLength(1);
    expect(on.models['a']!.requests).toHaveLength(2);
  });

  it('a caller that does not stream has seen nothing: an ordinary failure, no takeover', async () => {
    const on = scene({ a: broken(6), b: goesOn() });
    const { content } = await on.clock.run(Promise.resolve(on.model.doGenerate({ prompt: PROMPT })));
    expect(content).toEqual([{ type: 'text', text: TEXT }]);
    expect(anchorIn(on.models['b']!.requests[0]!)).toBeUndefined();
  });

  it.each<[string, Ask]>([
    ['logprobs', { providerOptions: { openai: { logprobs: 5 } } }],
    ['several answers', { providerOptions: { openai: { n: 2 } } }],
    ['a background answer', { providerOptions: { openai: { background: true } } }],
    ['images', { providerOptions: { google: { responseModalities: ['TEXT', 'IMAGE'] } } }],
    ['predicted output', { providerOptions: { openai: { prediction: { type: 'content', content: 'x' } } } }],
  ])('with %s nobody could go on: a typed error with what was shown', async (_name, ask) => {
    const on = scene({ a: broken(6), b: goesOn() });
    const ended = await told(on, ask);
    expect(ended.failure).toMatchObject({ kind: 'server', salvaged: ended.text });
    expect(ended.text).not.toBe('');
    expect(on.models['b']!.requests).toHaveLength(0);
  });

  it.each<[string, Ask]>([
    ['a schema', { responseFormat: { type: 'json', schema: { type: 'object' } } }],
    ['JSON', { responseFormat: { type: 'json' } }],
    ['a forced tool', { toolChoice: { type: 'required' } }],
  ])('with %s the answer is held until it is whole: a break is an ordinary failure', async (_name, ask) => {
    const json = '{ "a": [1, 2, 3], "b": "some words that take a few parts" }';
    const on = scene({ a: { text: json, fails: { fail: 'server', afterParts: 6 } }, b: { text: json } });
    const answer = await told(on, ask);
    expect(answer).toMatchObject({ text: json, finish: 'stop', record: { target: 'lab/b' } });
    expect(answer.record!.attempts.map(({ shown }) => shown)).toEqual(['nothing', 'nothing', 'nothing', 'hard']);
  });

  it('structured: live hands a structured answer on as it comes; one that breaks fails', async () => {
    const json = '{ "a": [1, 2, 3], "b": "some words that take a few parts" }';
    const on = scene({ a: { text: json, fails: { fail: 'server', afterParts: 6 } }, b: { text: json } }, { structured: 'live' });
    const ended = await told(on, { responseFormat: { type: 'json' } });
    expect(ended.failure).toMatchObject({ kind: 'server', salvaged: ended.text });
    expect(json.startsWith(ended.text) && ended.text !== '').toBe(true);
  });

  it('toolDeltas: live hands pieces of a call on as they come; a call that is cut fails the answer', async () => {
    const call = { text: 'let me look', toolCalls: [{ name: 'look', args: { query: 'a query that takes a few pieces' } }] };
    const whole = scene({ a: call }, { toolDeltas: 'live' });
    expect(await told(whole)).toMatchObject({ finish: 'tool-calls', calls: ['look'] });
    const cut = scene({ a: { ...call, fails: { fail: 'server', afterParts: 10 } }, b: goesOn() }, { toolDeltas: 'live' });
    const ended = await told(cut);
    expect(ended.types).toContain('tool-input-delta');
    expect(ended.failure).toMatchObject({ kind: 'server' });
    const complete = scene({
      a: { ...call, fails: { fail: 'server', afterParts: 10 } },
      b: goesOn({}, 'let me look, and say what I found there'),
    });
    expect((await told(complete)).types).not.toContain('tool-input-delta');
  });

  it('content of another kind before the break: nobody could be told of it', async () => {
    const parts = [
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'As the picture shows, ' },
      { type: 'text-end', id: '1' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } },
      { type: 'text-start', id: '2' },
      { type: 'text-delta', id: '2', delta: 'nothing ' },
    ] as const;
    const on = scene({ a: { parts, fails: { fail: 'server', afterParts: 6 } }, b: goesOn() });
    expect((await told(on)).failure).toMatchObject({ kind: 'server' });
    expect(on.models['b']!.requests).toHaveLength(0);
  });
});

describe('C6: the request that goes on', () => {
  it('max_tokens is what remains; sampling, tools and the system prompt stay; reasoning is the least', async () => {
    const tools = [{ type: 'function' as const, name: 'look', inputSchema: { type: 'object' as const } }];
    const on = scene({ a: broken(10), b: goesOn() });
    await told(on, {
      maxOutputTokens: 400,
      temperature: 0.3,
      tools,
      reasoning: 'high',
      providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 9000 } } },
    });
    const asked = on.models['b']!.requests[0]!;
    expect(asked).toMatchObject({ temperature: 0.3, tools, reasoning: 'minimal' });
    expect(asked.maxOutputTokens).toBeLessThan(410);
    expect(asked.maxOutputTokens).toBeGreaterThan(370);
    expect(asked.providerOptions).toEqual({ anthropic: {} });
    expect(asked.prompt.slice(0, PROMPT.length)).toEqual(PROMPT);
    expect(asked.prompt.slice(PROMPT.length).map(({ role }) => role)).toEqual(['assistant', 'user']);
  });

  it('below 16 tokens the answer ends with length; nobody is asked', async () => {
    const on = scene({ a: broken(12), b: goesOn() });
    const answer = await told(on, { maxOutputTokens: 24 });
    expect(answer).toMatchObject({ finish: 'length', record: { outcome: 'done', marks: ['ended-at-limit'] } });
    expect(TEXT.startsWith(answer.text)).toBe(true);
    expect(on.models['b']!.requests).toHaveLength(0);
  });

  it('what the target’s own settings say of thinking does not come back', async () => {
    const on = scene({ a: broken(10), b: goesOn() });
    const models = [
      on.models['a']!,
      { model: on.models['b']!, settings: { providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 9000 } } } } },
    ];
    const model = holdfast({ models, clock: on.clock, random: () => 0.5 });
    await on.clock.run(model.doStream({ prompt: PROMPT, maxOutputTokens: 400 }).then(({ stream }) => tell(stream)));
    expect(on.models['b']!.requests[0]!.providerOptions).toEqual({ anthropic: { thinking: undefined } });
  });

  it('a provider that heeds the stop sequence sees it in the anchor: the answer ends there', async () => {
    const before = 'Counting up to a mark: alpha beta gamma delta #';
    const on = scene({
      a: { text: `${before}## and more`, chunks: [before, '## and more'], fails: { fail: 'server', afterParts: 4 } },
      b: (options: ModelOptions): ModelAnswer => ({ text: anchorIn(options)!.slice(0, -1) }),
    });
    expect(await told(on, { stopSequences: ['###'] })).toMatchObject({ text: before, finish: 'stop', record: { target: 'lab/b' } });
  });

  it('C9: an answer closed by us has the tokens of all of it', async () => {
    const long = Array.from({ length: 60 }, (_, n) => `word ${n},`).join(' ');
    const limit = scene({
      a: { text: long, fails: { fail: 'server', afterParts: 60 } },
      b: (options: ModelOptions): ModelAnswer => ({ ...goesOn({}, long)(options), fails: { fail: 'server', afterParts: 50 } }),
    });
    const ended = await told(limit, { maxOutputTokens: 100 });
    expect(ended).toMatchObject({
      finish: 'length',
      record: { marks: expect.arrayContaining(['ended-at-limit', 'usage-estimated']) as unknown },
    });
    expect(Math.abs(ended.record!.usage!.output! - ended.text.length / 4)).toBeLessThan(12);
    expect(ended.record!.attempts.at(-1)).not.toHaveProperty('fate');
  });

  it('a stop sequence across the joint ends the answer there', async () => {
    const before = 'Counting up to a mark: alpha beta gamma delta #';
    const after = '## and what the caller did not want to see.';
    const on = scene({
      a: { text: before + after, chunks: [before, after], fails: { fail: 'server', afterParts: 4 } },
      b: (options: ModelOptions): ModelAnswer => ({ text: anchorIn(options)! + after }),
    });
    const answer = await told(on, { stopSequences: ['###'] });
    expect(answer).toMatchObject({ text: before, finish: 'stop', record: { target: 'lab/b' } });
    expect(on.models['b']!.open).toBe(0);
  });

  it('C9: usage is of the one answer: not what the takeover added, with what was shown before', async () => {
    const one = scene({ a: { text: TEXT } });
    const plain = (await told(one)).record!.usage!;
    const on = scene({ a: broken(10), b: goesOn({ usage: { input: 10 + 60, output: 20 } }) });
    const { record } = await told(on);
    expect(record!.usage).toMatchObject({ estimated: true });
    expect(record!.usage!.input!).toBeLessThan(60);
    expect(Math.abs(record!.usage!.output! - plain.output!)).toBeLessThan(12);
    expect(record!.paid.output!).toBeGreaterThan(20);
    expect(record!.marks).toContain('usage-estimated');
  });

  it('reasoning of a continuation is shown closed, with the mark of a cut, before its text', async () => {
    const on = scene({ a: broken(10), b: goesOn({ reasoning: 'where was I' }) });
    const { stream } = await on.model.doStream({ prompt: PROMPT });
    const ends: unknown[] = [];
    let text = '';
    await on.clock.run(
      (async () => {
        for await (const part of stream) {
          if (part.type === 'reasoning-end') ends.push(part.providerMetadata);
          if (part.type === 'text-delta') text += part.delta;
        }
      })(),
    );
    expect(ends).toEqual([{ holdfast: { cut: true } }]);
    expect(text).toBe(TEXT);
  });

  it.each([
    ['half a surrogate pair', ['waving \ud83d', '\udc4b and gone, as it was meant to be']],
    ['a joiner', ['a family \u{1F468}\u200d', '\u{1F469} that holds, as it was meant to']],
    ['a mark that combines', ['an e\u0301', ' that is one letter, and stays so to the end']],
  ])('%s at the end of a piece is not shown before what follows it', async (_name, chunks) => {
    const whole = chunks.join('');
    const on = scene({
      a: { text: whole, chunks, fails: { fail: 'server', afterParts: 4 } },
      b: (options: ModelOptions): ModelAnswer => ({
        text: anchorIn(options) ? anchorIn(options)! + whole.slice(anchorIn(options)!.length) : whole,
      }),
    });
    expect(await told(on)).toMatchObject({ text: whole, finish: 'stop' });
    const fine = scene({ a: { text: whole, chunks } });
    expect(await told(fine)).toMatchObject({ text: whole, finish: 'stop' });
  });

  it('the caller leaves between the break and the joint: nothing is left', async () => {
    const on = scene({ a: broken(8), b: { text: 'x', fails: { stop: 'hang' } } });
    const gone = new AbortController();
    const work = on.clock.run(
      on.model.doStream({ prompt: PROMPT, abortSignal: gone.signal }).then(async ({ stream }) => {
        const reader = stream.getReader();
        for (let n = 0; n < 7; n++) await reader.read();
        const next = (async () => {
          for (;;) if ((await reader.read()).done) return;
        })();
        await on.clock.sleep(50, new AbortController().signal);
        gone.abort(new Error('enough'));
        await next;
      }),
    );
    await expect(work).rejects.toThrow('enough');
    expect(on.models['b']!.open).toBe(0);
    expect(on.clock.armed).toBe(0);
  });
});
