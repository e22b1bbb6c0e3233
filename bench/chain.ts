/**
 * What a healthy chain costs above the bare model: in µs a call, and in ns a part of a stream that is pulled part by part (C3). Its
 * limits are armed. A plain pull wrapper, the least that any wrapper of a web stream costs, is measured beside it.
 */
import type { Model } from '@holdfast/core';
import { holdfast } from '@holdfast/core';
import {
  askModel,
  classify,
  END,
  MemoryHealth,
  modelChain,
  NEVER,
  systemClock,
  systemNewId,
  systemRandom,
  type ModelOptions,
  type Part,
  type Target,
} from '@holdfast/core/engine';
import { preparedModel } from '@holdfast/lab';
import { report, type Figure } from './figure.ts';
import { above, inTurns, median, msOf } from './measure.ts';

const SHORT = 1;
const LONG = 2000;
/** Parts around the deltas: stream start, text start and end, finish. */
const AROUND = 4;
const PARTS_A_ROUND = 12_000;

const USAGE = {
  inputTokens: { total: 100, noCache: 100, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 100, text: 100, reasoning: undefined },
};

const partsOf = (deltas: number): readonly Part[] => [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '0' },
  ...Array.from({ length: deltas }, (): Part => ({ type: 'text-delta', id: '0', delta: 'word ' })),
  { type: 'text-end', id: '0' },
  { type: 'finish', usage: USAGE, finishReason: { unified: 'stop', raw: 'stop' } },
];

const REQUEST: ModelOptions = {
  prompt: [
    { role: 'system', content: 'You answer in one sentence.' },
    { role: 'user', content: [{ type: 'text', text: 'What is a holdfast, and what does it hold on to?' }] },
  ],
};

async function drain(stream: ReadableStream<Part>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

const streaming = (model: Model) => async (): Promise<void> => drain((await model.doStream(REQUEST)).stream);

/** What any library does that puts one pull-driven stream around another. */
const wrapped = (model: Model) => async (): Promise<void> => {
  const reader = (await model.doStream(REQUEST)).stream.getReader();
  await drain(
    new ReadableStream<Part>(
      {
        async pull(out) {
          const { done, value } = await reader.read();
          if (done) out.close();
          else out.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    ),
  );
};

/** The chain as our own packages use it: asked for sources, not for web streams. */
const sourced = (model: Model): (() => Promise<void>) => {
  const target: Target = {
    place: 0,
    ref: 'lab/prepared',
    entry: 'lab',
    model: 'prepared',
    protocol: 'other',
    credential: 'lab#-',
    account: 'lab#-',
    group: 'prepared',
  };
  const settings = { retries: 2, maxAttempts: 20, patience: 30_000, total: 900_000, onPartial: 'fail', onRefusal: 'pass' } as const;
  const chain = modelChain(
    { name: 'bench', reachable: [{ target, ask: askModel(() => Promise.resolve(model)) }], settings, timeouts: {} },
    {
      clock: systemClock,
      random: systemRandom,
      newId: systemNewId,
      owner: 'bench',
      health: new MemoryHealth(),
      classify: (error, { protocol, model: name }, now) => classify(error, { protocol, model: name, now }),
    },
  );
  const facts = {
    tokens: 20,
    prompt: 'p',
    images: false,
    stops: false,
    afterTool: false,
    replayable: true,
    maxTokens: undefined,
    effort: undefined,
  };
  return async () => {
    const answer = await chain.call(REQUEST, facts, { mode: 'stream', signal: NEVER });
    while ((await answer.next()) !== END);
  };
};

const repeated = (work: () => Promise<void>, times: number) => (): Promise<number> =>
  msOf(async () => {
    for (let n = 0; n < times; n++) await work();
  }).then((ms) => ms / times);

const subjectsOf = (deltas: number, times: number) => {
  const model = preparedModel(partsOf(deltas));
  return {
    bare: repeated(streaming(model), times),
    pull: repeated(wrapped(model), times),
    chain: repeated(streaming(holdfast({ models: [model] })), times),
    source: repeated(sourced(model), times),
  };
};

const short = await inTurns(subjectsOf(SHORT, Math.ceil(PARTS_A_ROUND / (SHORT + AROUND))), { rounds: 15, warm: 6 });
const long = await inTurns(subjectsOf(LONG, Math.ceil(PARTS_A_ROUND / LONG)), { rounds: 21, warm: 8 });

/** Ns a part above the bare stream, what the call itself costs taken off. */
const perPart = (name: keyof typeof long): number =>
  ((above(long[name], long.bare) - above(short[name], short.bare)) / (LONG - SHORT)) * 1e6;
const perCall = (name: keyof typeof short): number => above(short[name], short.bare) * 1e3;
const bareCall = `bare model: ${(median(short.bare) * 1e3).toFixed(1)} µs`;
const barePart = `bare stream: ${((median(long.bare) / (LONG + AROUND)) * 1e6).toFixed(0)} ns`;

report([
  {
    what: 'chain, a call above the bare model',
    value: perCall('chain'),
    unit: 'µs',
    target: { value: 5, sense: 'at most' },
    beside: bareCall,
  },
  { what: '  the same, a pull wrapper', value: perCall('pull'), unit: 'µs' },
  { what: '  the same, a chain read as a source', value: perCall('source'), unit: 'µs' },
  {
    what: 'chain, a part above the bare stream',
    value: perPart('chain'),
    unit: 'ns',
    target: { value: 500, sense: 'at most' },
    beside: barePart,
  },
  { what: '  the same, a pull wrapper', value: perPart('pull'), unit: 'ns' },
  { what: '  the same, a chain read as a source', value: perPart('source'), unit: 'ns' },
] satisfies Figure[]);
