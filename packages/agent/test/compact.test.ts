import { ModelFailure, type Model } from '@holdfast/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentParts } from '../src/agent-parts.ts';
import { compactHandler, type CompactPorts } from '../src/handlers/compact.ts';
import { compacted } from '../src/rules/compacted.ts';
import { transcriptTokens } from '../src/rules/estimate.ts';
import { START, type Message, type RunState } from '../src/rules/run-state.ts';
import type { Compacted, World } from '../src/rules/world.ts';

type Options = Parameters<Model['doGenerate']>[0];
type Generated = Awaited<ReturnType<Model['doGenerate']>>;

const NEVER = new AbortController().signal;
const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const user = (text: string): Message => ({ role: 'user', text });
const reply = (text: string): Message => ({ role: 'assistant', origin: ORIGIN, finish: 'stop', blocks: [{ type: 'text', text }] });
const USAGE = {
  inputTokens: { total: 100, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 7, text: undefined, reasoning: undefined },
};

/** A model that answers a whole text. */
function modelOf(answer: (options: Options, n: number) => string | Partial<Generated> | Promise<never>): Model & { asked: Options[] } {
  const asked: Options[] = [];
  return {
    specificationVersion: 'v4',
    provider: 'fake',
    modelId: 'one',
    supportedUrls: {},
    asked,
    async doGenerate(options) {
      asked.push(options);
      const said = await answer(options, asked.length);
      const content = typeof said === 'string' ? [{ type: 'text' as const, text: said }] : [];
      return {
        content,
        finishReason: { unified: 'stop', raw: undefined },
        usage: USAGE,
        warnings: [],
        ...(typeof said === 'object' && said),
      };
    },
    doStream: () => Promise.reject(new Error('not asked for')),
  };
}

const LONG = [user('x'.repeat(2000)), reply('y'.repeat(2000)), user('go on')];
const stateOf = (transcript: readonly Message[], more: Partial<RunState> = {}): RunState => ({
  ...START,
  agent: 'root',
  transcript,
  ...more,
});

interface Scene extends Partial<Omit<CompactPorts, 'parts'>> {
  readonly model: Model;
  readonly summaries?: Model;
  readonly settings?: Partial<AgentParts['agent']>;
  readonly signal?: AbortSignal;
}

function compact(
  { model, summaries, settings, signal = NEVER, ...ports }: Scene,
  ask: Partial<World['compact']['ask']> = {},
): Promise<Compacted> {
  const agent = { name: 'root', file: '/a.yaml', instruction: '', cwd: '/w', ...settings };
  const parts = (): AgentParts => ({ agent, tools: [], permit: () => ({ do: 'run' }), model, ...(summaries && { summaries }) });
  const log = { session: 's', path: ['kid@c1'], run: 'r' };
  return compactHandler({ parts, log, redact: (data) => data, ...ports })({ state: stateOf(LONG), why: 'manual', ...ask }, signal);
}

const wordsOf = ({ prompt }: Options) => JSON.stringify(prompt);

describe('summaries', () => {
  it('Z1: an event with what was paid; two prompts, no tools, the cap of the summary', async () => {
    const model = modelOf(() => ' The memory. ');
    expect(await compact({ model, caller: 'me' }, { why: 'overflow', words: 'keep x' })).toEqual({
      event: { type: 'compaction', why: 'overflow', summary: 'The memory.', keep: 0, usage: { input: 100, output: 7 } },
    });
    const [asked] = model.asked;
    expect(asked?.prompt.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(asked && wordsOf(asked)).toMatch(/Also observe: keep x/);
    expect([asked?.tools, asked?.responseFormat, asked?.maxOutputTokens]).toEqual([undefined, undefined, 16_000]);
    expect(asked?.providerOptions).toEqual({ holdfast: { run: 'r', session: 's/kid@c1', caller: 'me' } });
  });

  it('a prompt that nobody has answered yet is not made a summary by hand', async () => {
    const model = modelOf(() => 'S');
    expect(await compact({ model }, { state: stateOf([user('x'.repeat(2000))]) })).toEqual({ skipped: 'there is nothing to summarise' });
    expect(model.asked).toEqual([]);
    expect(await compact({ model }, { state: stateOf([user('x'.repeat(2000))]), why: 'overflow' })).toHaveProperty('event');
  });

  it('the record of a chain tells what was paid in all, failed attempts included', async () => {
    const record = { id: 'call-9', usage: { input: 1 }, paid: { input: 30, output: 4 }, usd: 0.25 };
    const model = modelOf(() => ({ content: [{ type: 'text', text: 'S' }], providerMetadata: { holdfast: record as never } }));
    expect(await compact({ model })).toMatchObject({ event: { usage: { input: 30, output: 4 }, usd: 0.25, call: 'call-9' } });
  });

  it('a model of its own summarises; else the one chosen in the session; else the agent’s', async () => {
    const [model, summaries, chosen] = [modelOf(() => 'S'), modelOf(() => 'S'), modelOf(() => 'S')];
    const state = stateOf(LONG, { models: new Map([['root', 'p/x']]) });
    await compact({ model, summaries, modelFor: () => chosen }, { state });
    await compact({ model, modelFor: () => chosen }, { state });
    const gone = () => {
      throw new Error('no such model');
    };
    await compact({ model, modelFor: gone }, { state });
    expect([summaries, chosen, model].map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
  });

  it('the newest part stays, in a small window less of it, and old results beyond the budget go', async () => {
    const model = modelOf(() => 'S');
    const result: Message = { role: 'tool', id: 'c1', name: 'look', output: 'z'.repeat(400), failed: false };
    const called: Message = { ...reply('k'), blocks: [{ type: 'tool-call', id: 'c1', name: 'look', input: '{}' }] } as Message;
    const state = stateOf([...LONG, called, result]);
    expect(await compact({ model, settings: { window: 2500, toolResultTokens: 50 } }, { state })).toMatchObject({
      event: { keep: 3, cut: ['c1'] },
    });
    expect(model.asked[0]?.maxOutputTokens).toBe(625);
  });

  it('Z2: empty, refused, failed, no smaller: nothing changes, and why is said', async () => {
    const refused = {
      content: [{ type: 'text' as const, text: 'I' }],
      finishReason: { unified: 'content-filter' as const, raw: undefined },
    };
    const table: readonly (readonly [Parameters<typeof modelOf>[0], RegExp])[] = [
      [() => ' \n', /empty/],
      [() => refused, /refused/],
      [() => Promise.reject(new ModelFailure('resting', 'all rest')), /failed: all rest/],
      [() => 'x'.repeat(9000), /not shorter/],
    ];
    for (const [answer, why] of table) {
      const done = await compact({ model: modelOf(answer) });
      expect('skipped' in done && done.skipped).toMatch(why);
      if (!why.source.includes('failed')) expect(done).toMatchObject({ usage: { input: 100 } });
    }
  });

  it('Z2: an empty conversation, or one with a summary alone, asks nobody', async () => {
    const model = modelOf(() => 'S');
    const task: Message = { ...user('task'), system: true } as Message;
    const summary: Message = { ...user('Session Summary: S'), summary: true } as Message;
    for (const transcript of [[], [task], [summary], [task, summary]])
      expect(await compact({ model }, { state: stateOf(transcript) })).toEqual({ skipped: 'there is nothing to summarise' });
    expect(model.asked).toEqual([]);
  });

  it('a hook’s summary is judged like any other, and asks nobody', async () => {
    const model = modelOf(() => 'S');
    expect(await compact({ model }, { summary: 'by hook' })).toMatchObject({ event: { summary: 'by hook', keep: 0 } });
    expect(await compact({ model }, { summary: ' ' })).toMatchObject({ skipped: expect.stringContaining('empty') as string });
    expect(model.asked).toEqual([]);
  });

  it('what no model of the chain can take is halved, up to three times; each is paid for', async () => {
    const tooLong = new ModelFailure('context-length', 'too long');
    const late = modelOf((_, n) => (n < 3 ? Promise.reject(tooLong) : 'S'));
    const long = Array.from({ length: 64 }, (_, n) => (n % 2 === 0 ? user(`${n} ${'x'.repeat(4000)}`) : reply('y'.repeat(4000))));
    const state = stateOf(long);
    expect(await compact({ model: late }, { state })).toMatchObject({ event: { summary: 'S' } });
    const sizes = late.asked.map((options) => wordsOf(options).length);
    expect(sizes[1]).toBeLessThan(sizes[0]! * 0.6);
    expect(sizes[2]).toBeLessThan(sizes[1]! * 0.6);
    expect(wordsOf(late.asked[2]!)).toContain('[older messages left out]');
    const never = modelOf(() => Promise.reject(tooLong));
    expect(await compact({ model: never }, { state })).toMatchObject({ skipped: expect.stringContaining('too long') as string });
    expect(never.asked).toHaveLength(4);
  });

  it('C9: a window with room for the prompts alone asks nobody', async () => {
    const model = modelOf(() => 'S');
    expect(await compact({ model, settings: { window: 500 } })).toMatchObject({
      skipped: expect.stringContaining('too small') as string,
    });
    expect(model.asked).toEqual([]);
  });

  it('secrets go neither to the model nor into the event', async () => {
    const model = modelOf(() => 'knows s3cret');
    const redact = <T>(data: T): T => JSON.parse(JSON.stringify(data).replaceAll('s3cret', '***')) as T;
    const state = stateOf([user(`s3cret ${'x'.repeat(400)}`), reply('yes')]);
    expect(await compact({ model, redact }, { state })).toMatchObject({ event: { summary: 'knows ***' } });
    expect(wordsOf(model.asked[0]!)).not.toContain('s3cret');
  });

  it('Z3: a stop ends the wait at once, whether the model heeds it or not', async () => {
    const stop = new AbortController();
    const model = modelOf(() => new Promise<never>(() => {}));
    const done = compact({ model, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(done).rejects.toThrow('stopped');
  });

  it('Z2: whatever was said and whatever the model answers, the conversation gets shorter or stays', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.nat(3000).chain((size) => fc.constantFrom(user('u'.repeat(size)), reply('r'.repeat(size)))),
          { maxLength: 10 },
        ),
        fc.nat(4000),
        fc.integer({ min: 0, max: 8000 }),
        async (transcript, size, window) => {
          const done = await compact({ model: modelOf(() => 's'.repeat(size)), settings: { window } }, { state: stateOf(transcript) });
          if ('event' in done) expect(transcriptTokens(compacted(transcript, done.event))).toBeLessThan(transcriptTokens(transcript));
          else expect(done.skipped).not.toBe('');
        },
      ),
    ));
});
