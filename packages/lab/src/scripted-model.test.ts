import { getEventListeners } from 'node:events';
import type { LanguageModelV4StreamPart as Part } from '@ai-sdk/provider';
import { isModelFailure } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { outage } from './outage-text.ts';
import { FAULT_NAMES } from './outage.ts';
import { preparedModel } from './prepared-model.ts';
import { scriptedModel, type ScriptedModel } from './scripted-model.ts';
import { VirtualClock } from './virtual-clock.ts';

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'x' }] }];

/** Reads a stream to its end; what broke it, if it broke. */
async function read(stream: ReadableStream<Part>): Promise<{ parts: Part[]; thrown?: unknown }> {
  const parts: Part[] = [];
  try {
    for await (const part of stream) parts.push(part);
  } catch (thrown) {
    return { parts, thrown };
  }
  return { parts };
}

const textOf = (parts: readonly Part[]) => parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
const whats = (model: ScriptedModel) => model.log.map(({ what }) => what);

describe('scriptedModel', () => {
  const full = { text: 'It is done.', reasoning: 'Hm, well.', toolCalls: [{ name: 'read_file', args: { path: 'a' } }] };

  it('streams blocks that open and close, then the finish; plainly it answers the same', async () => {
    const model = scriptedModel({ script: full });
    const { parts } = await read((await model.doStream({ prompt })).stream);
    const ids = new Set(parts.flatMap((part) => ('id' in part && part.type.endsWith('-start') ? [part.id] : [])));
    expect(ids.size).toBe(3);
    expect(textOf(parts)).toBe(full.text);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' } });
    const whole = await model.doGenerate({ prompt });
    expect(whole.content).toEqual([
      { type: 'reasoning', text: full.reasoning },
      { type: 'text', text: full.text },
      { type: 'tool-call', toolCallId: 'call_2_0', toolName: 'read_file', input: '{"path":"a"}' },
    ]);
    expect(whats(model)).toEqual(['asked', 'answered', 'ended', 'asked', 'answered', 'ended']);
    expect([model.open, model.requests.length]).toEqual([0, 2]);
  });

  it('a list is answered one by one, the last again and again; a function sees the request', async () => {
    const list = scriptedModel({ script: [{ text: 'a' }, { text: 'b' }] });
    const heard = [];
    for (let i = 0; i < 3; i++) heard.push(textOf((await read((await list.doStream({ prompt })).stream)).parts));
    expect(heard).toEqual(['a', 'b', 'b']);
    const asked = scriptedModel({ script: ({ maxOutputTokens }, nth) => ({ text: `${nth}:${maxOutputTokens}` }) });
    expect(textOf((await read((await asked.doStream({ prompt, maxOutputTokens: 7 })).stream)).parts)).toBe('1:7');
  });

  it('hands out one part for one read, and nothing ahead', async () => {
    const model = scriptedModel({ script: { text: 'one two three four five' } });
    const reader = (await model.doStream({ prompt })).stream.getReader();
    expect(model.pulled).toBe(0);
    await reader.read();
    await reader.read();
    expect(model.pulled).toBe(2);
    await reader.cancel();
    expect(whats(model)).toEqual(['asked', 'answered', 'cancelled']);
    expect(model.open).toBe(0);
  });

  it('waits on its clock, before the answer and before each part', async () => {
    const clock = new VirtualClock();
    const model = scriptedModel({ clock, script: { text: 'a b', after: 500, every: 100 } });
    const { parts } = await clock.run(model.doStream({ prompt }).then(({ stream }) => read(stream)));
    expect(clock.mono()).toBe(500 + 100 * parts.length);
    expect(model.log.map(({ at, what }) => [what, at])).toEqual([
      ['asked', 0],
      ['answered', 500],
      ['ended', 500 + 100 * parts.length],
    ]);
    expect([clock.asleep, clock.armed]).toEqual([0, 0]);
  });

  it('fails with every kind before content, and after it as a part or by throwing', async () => {
    for (const kind of ['overload', 'rate-limit', 'auth', 'quota', 'server', 'context-length', 'unknown'] as const) {
      const before = scriptedModel({ script: { fails: { fail: kind, facts: { status: 418 } } } });
      await expect(before.doStream({ prompt })).rejects.toMatchObject({ kind, facts: { status: 418 } });
      await expect(before.doGenerate({ prompt })).rejects.toSatisfy(isModelFailure);
      const part = scriptedModel({ script: { text: 'a b c', fails: { fail: kind, afterParts: 4 } } });
      const { parts } = await read((await part.doStream({ prompt })).stream);
      expect(parts.at(-1)).toMatchObject({ type: 'error', error: { kind } });
      expect(textOf(parts)).toBe('a');
      const thrown = scriptedModel({ script: { text: 'a b c', fails: { fail: kind, afterParts: 4, as: 'throw' } } });
      expect(await read((await thrown.doStream({ prompt })).stream)).toMatchObject({ parts: { length: 4 }, thrown: { kind } });
      await expect(thrown.doGenerate({ prompt })).rejects.toMatchObject({ kind });
      expect([...whats(before), ...whats(thrown)]).toEqual([
        'asked',
        'failed',
        'asked',
        'failed',
        'asked',
        'answered',
        'broke',
        'asked',
        'answered',
        'failed',
      ]);
    }
  });

  it('ends without a finish', async () => {
    const model = scriptedModel({ script: { text: 'a b c', fails: { stop: 'no-finish' } } });
    const { parts } = await read((await model.doStream({ prompt })).stream);
    expect(textOf(parts)).toBe('a b c');
    expect(parts.some(({ type }) => type === 'finish')).toBe(false);
  });

  it.each([
    ['before the answer', { fails: { stop: 'hang' } }],
    ['in mid-answer', { text: 'a b', fails: { stop: 'hang', afterParts: 3 } }],
    ['while it takes its time', { text: 'a b', every: 1_000_000 }],
    ['while it thinks', { text: 'a b', after: 1_000_000 }],
  ] as const)('an abort ends it at once %s, and leaves no listener and no sleeper', async (_where, script) => {
    const clock = new VirtualClock();
    const model = scriptedModel({ clock, script });
    for (const way of ['stream', 'whole'] as const) {
      const caller = new AbortController();
      const options = { prompt, abortSignal: caller.signal };
      const done =
        way === 'whole'
          ? model.doGenerate(options)
          : model
              .doStream(options)
              .then(({ stream }) => read(stream))
              .then(({ thrown }) => {
                throw thrown;
              });
      const settled = expect(done).rejects.toThrow('enough');
      await clock.advance(0);
      caller.abort(new Error('enough'));
      await settled;
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
      expect([clock.asleep, model.open]).toEqual([0, 0]);
      expect(whats(model).at(-1)).toBe('aborted');
    }
  });

  it('a signal that has fired already is asked nothing', async () => {
    const model = scriptedModel();
    await expect(model.doStream({ prompt, abortSignal: AbortSignal.abort(new Error('late')) })).rejects.toThrow('late');
    expect(whats(model)).toEqual(['asked', 'aborted']);
  });

  it('no listener stays on the caller’s signal, however a stream ends', async () => {
    const caller = new AbortController();
    const model = scriptedModel({
      script: [{ text: 'a' }, { text: 'a', fails: { fail: 'server', afterParts: 2, as: 'throw' } }, { text: 'a' }],
    });
    for (let i = 0; i < 2; i++) await read((await model.doStream({ prompt, abortSignal: caller.signal })).stream);
    await (await model.doStream({ prompt, abortSignal: caller.signal })).stream.cancel();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    expect(whats(model).filter((what) => what !== 'asked' && what !== 'answered')).toEqual(['ended', 'broke', 'cancelled']);
  });
});

describe('scriptedModel in an outage', () => {
  const ask = (script: string) => {
    const clock = new VirtualClock({ timersInARow: 50 });
    const model = scriptedModel({ id: 'small-1', provider: 'east', clock, script: { text: 'one two three four' }, outage: outage(script) });
    return { clock, model, stream: () => model.doStream({ prompt }).then(({ stream }) => read(stream)) };
  };

  it.each(FAULT_NAMES)('%s: the reader learns of it, but for the empty answer, which looks whole', async (name) => {
    const { clock, model } = ask(`east: ${name}`);
    const caller = new AbortController();
    clock.after(60_000, () => caller.abort(new Error('limit')));
    const { parts, thrown } = await clock.run(
      model
        .doStream({ prompt, abortSignal: caller.signal })
        .then(({ stream: parts }) => read(parts))
        .then(
          (heard) => heard,
          (thrown: unknown) => ({ parts: [] as Part[], thrown }),
        ),
    );
    const error = parts.some(({ type }) => type === 'error');
    const finish = parts.find((part) => part.type === 'finish')?.finishReason.unified;
    if (name === 'empty') expect([textOf(parts), finish, thrown]).toEqual(['', 'stop', undefined]);
    else expect(thrown !== undefined || error || finish === 'interrupted').toBe(true);
    expect(model.open).toBe(0);
  });

  it('a status is the error that providers’ packages throw', async () => {
    const { stream } = ask('east/small-1: 429 retry-after 3s x1');
    await expect(stream()).rejects.toMatchObject({
      name: 'AI_APICallError',
      statusCode: 429,
      isRetryable: true,
      responseHeaders: { 'retry-after': '3' },
      responseBody: expect.stringContaining('rate_limit_exceeded'),
    });
    expect(textOf((await stream()).parts)).toBe('one two three four');
  });

  it('a cut keeps what came before it', async () => {
    const { stream } = ask('east: cut');
    const { parts, thrown } = await stream();
    expect(textOf(parts)).toBe('one two');
    expect(thrown).toMatchObject({ name: 'AI_APICallError', statusCode: 200 });
  });
});

describe('preparedModel', () => {
  it('gives the same parts to every call, one for each pull', async () => {
    const parts: Part[] = [
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'a' },
      { type: 'text-end', id: '0' },
    ];
    const model = preparedModel(parts);
    for (let i = 0; i < 2; i++) expect((await read((await model.doStream({ prompt })).stream)).parts).toEqual(parts);
    expect((await model.doGenerate({ prompt })).content).toEqual([{ type: 'text', text: 'a' }]);
  });
});
