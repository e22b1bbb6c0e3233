import { END, ModelFailure, type Dialect, type Part, type Source } from '@holdfast/core/engine';
import type { Lift, WireFrame, WirePart } from '@holdfast/core/wire';
import { VirtualClock } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { OVER, type UpstreamAnswer } from './upstream-answer.ts';
import { PassSource } from './pass-source.ts';

type Verdict = ReturnType<Dialect['look']>;
const VERDICTS: Readonly<Record<string, Verdict>> = { text: 'pass', ping: 'ping', new: 'drop', stop: 'finish', last: 'done', bad: 'error' };
const dialect: Dialect = { protocol: 'openai-chat', look: (frame) => VERDICTS[String(frame['is'])] ?? 'pass', breakFrame: '' };

const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } };

/** Text frames are text; what ends the answer is kept. */
class PlainLift implements Lift {
  readonly #kept: WireFrame[] = [];

  take(frame: WireFrame): readonly WirePart[] {
    if (frame.json['is'] !== 'text') {
      this.#kept.push(frame);
      return [];
    }
    return [{ type: 'text-delta', id: '0', delta: String(frame.json['text']), wire: { attempt: 1, frames: [frame] } }];
  }

  finish(): readonly WirePart[] {
    return [{ type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage, wire: { attempt: 1, frames: this.#kept } }];
  }
}

/** A body that gives what it is told to, when it is asked. */
class Body implements UpstreamAnswer {
  readonly status = 200;
  readonly headers = {};
  reads = 0;
  aborted: unknown;
  readonly #chunks: (string | typeof OVER | Error)[];
  #take: ((chunk: Buffer | typeof OVER) => void) | undefined;
  #fail: (error: unknown) => void = () => {};

  constructor(...chunks: (string | typeof OVER | Error)[]) {
    this.#chunks = chunks;
  }

  read(take: (chunk: Buffer | typeof OVER) => void, fail: (error: unknown) => void): void {
    this.reads++;
    const chunk = this.#chunks.shift();
    this.#take = take;
    this.#fail = fail;
    if (chunk !== undefined) this.give(chunk);
  }

  give(chunk: string | typeof OVER | Error): void {
    const take = this.#take;
    this.#take = undefined;
    if (chunk instanceof Error) this.#fail(chunk);
    else take?.(chunk === OVER ? OVER : Buffer.from(chunk));
  }

  abort(reason: unknown): void {
    this.aborted = reason;
  }
}

const clock = new VirtualClock();
const text = (said: string): string => `data: {"is":"text","text":"${said}"}\n\n`;
const STOP = 'data: {"is":"stop"}\n\n';
const LAST = 'data: {"is":"last"}\n\n';

function sourceOf(body: Body, over: () => void = () => {}, finishes = 1): Source<Part> {
  return new PassSource(body, dialect, new PlainLift(), 1, {
    clock,
    errorOf: (frame) => new ModelFailure('overload', frame),
    life: () => {},
    seen: () => {},
    over,
    finishes,
    runs: true,
  });
}

async function all(source: Source<Part>): Promise<readonly string[]> {
  const told: string[] = [];
  for (let part = await source.next(); part !== END; part = await source.next())
    told.push(part.type === 'text-delta' ? part.delta : part.type === 'error' ? `error ${(part.error as ModelFailure).kind}` : part.type);
  return told;
}

describe('frames as parts', () => {
  it.each<[string, (string | typeof OVER | Error)[], string[]]>([
    ['a whole answer', [text('a'), text('b'), STOP, LAST, OVER], ['a', 'b', 'finish']],
    [
      'several frames in a chunk, one frame in several chunks',
      [`${text('a')}${text('b').slice(0, 9)}`, text('b').slice(9), STOP + LAST],
      ['a', 'b', 'finish'],
    ],
    ['Q2: a cut behind the finish reason is an end', [text('a'), STOP, new Error('cut')], ['a', 'finish']],
    ['Q2: an end behind the finish reason is one', [text('a'), STOP, OVER], ['a', 'finish']],
    ['Q2: what cannot be read behind the finish reason is an end', [text('a'), STOP, 'data: {"is"\n\n'], ['a', 'finish']],
    ['Q2: [DONE] behind the finish reason', [text('a'), STOP, 'data: [DONE]\n\n'], ['a', 'finish']],
    ['Q1: [DONE] without one', [text('a'), 'data: [DONE]\n\n'], ['a', 'error truncated']],
    ['Q1: a clean end without one', [text('a'), OVER], ['a', 'error truncated']],
    ['Q1: a cut', [text('a'), new Error('cut')], ['a', 'error truncated']],
    ['Q1: a frame that does not parse', [text('a'), 'data: {"is":\n\n', text('b')], ['a', 'error truncated']],
    ['Q1: a frame that is no object', [text('a'), 'data: 7\n\n', text('b')], ['a', 'error truncated']],
    ['Q1: an error frame', [text('a'), 'data: {"is":"bad"}\n\n', text('b')], ['a', 'error overload']],
    ['Q1: an event of that name', [text('a'), 'event: error\ndata: {"is":"text"}\n\n'], ['a', 'error overload']],
    [
      'signs of life, and what nobody knows',
      [': hm\n\ndata: {"is":"ping"}\n\ndata: {"is":"new"}\n\n', STOP + LAST],
      ['ping', 'ping', 'raw', 'finish'],
    ],
  ])('%s', async (_, chunks, told) => {
    expect(await all(sourceOf(new Body(...chunks)))).toEqual(told);
  });

  it('of several choices, each has a finish reason of its own: a cut behind the first is a cut', async () => {
    const both = () => [text('a'), STOP, text('b')];
    expect(await all(sourceOf(new Body(...both(), new Error('cut')), undefined, 2))).toEqual(['a', 'b', 'error truncated']);
    expect(await all(sourceOf(new Body(...both(), STOP, 'data: [DONE]\n\n'), undefined, 2))).toEqual(['a', 'b', 'finish']);
    // Servers put several reasons into one frame, or give one answer where two were asked for: the end is what they say it is.
    expect(await all(sourceOf(new Body(text('a'), STOP, 'data: [DONE]\n\n'), undefined, 2))).toEqual(['a', 'finish']);
  });

  it('Q3: a chunk is read only when a part is waited for and none is at hand', async () => {
    const body = new Body(text('a') + text('b'), text('c'));
    const source = sourceOf(body);
    expect(body.reads).toBe(0);
    await source.next();
    await source.next();
    expect(body.reads).toBe(1);
    await source.next();
    expect(body.reads).toBe(2);
  });

  it('Q2: what is due after the finish reason is waited for 3 s', async () => {
    const body = new Body(text('a'), STOP);
    const source = sourceOf(body);
    await source.next();
    const last = await clock.run(source.next());
    expect(last).toMatchObject({ type: 'finish' });
    expect(body.aborted).toBe('the answer is complete');
  });

  it('S2, S3: a cancel settles a pending read, reaches the connection, and nothing follows', async () => {
    let overs = 0;
    const body = new Body(text('a'));
    const source = sourceOf(body, () => overs++);
    await source.next();
    const pending = source.next();
    source.cancel('gone');
    source.cancel('gone');
    expect(await pending).toBe(END);
    expect(await source.next()).toBe(END);
    expect(body.aborted).toBe('gone');
    body.give(text('late'));
    expect(overs).toBe(1);
  });

  it('a frame rides as it came', async () => {
    const source = sourceOf(new Body('event: delta\ndata: {"is":"text",  "text":"a", "odd":1}\n\n'));
    expect(await source.next()).toMatchObject({
      wire: { attempt: 1, frames: [{ event: 'delta', data: '{"is":"text",  "text":"a", "odd":1}' }] },
    });
  });
});

it('Q2: a provider that gives fewer answers than it was asked for, and says that this is all, has ended', async () => {
  const body = new Body(text('one'), STOP, 'data: [DONE]\n\n');
  const source = sourceOf(body, () => {}, 2);
  const types: string[] = [];
  for (let part = await source.next(); part !== END; part = await source.next()) types.push(part.type);
  expect(types).toEqual(['text-delta', 'finish']);
});

it('Q1: one that ends without a word when answers are missing has not', async () => {
  const source = sourceOf(new Body(text('one'), STOP, OVER), () => {}, 2);
  const types: string[] = [];
  for (let part = await source.next(); part !== END; part = await source.next()) types.push(part.type);
  expect(types).toEqual(['text-delta', 'error']);
});
