/**
 * What a healthy chain costs above the bare model: in µs a call, and in ns a part of a stream that is pulled part by part (C3). Its
 * limits are armed. A plain pull wrapper, the least that any wrapper of a web stream costs, is measured beside it.
 */
import type { Model } from '@holdfast/core';
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
import { preparedModel, scriptedModel } from '@holdfast/lab';
import { subjects, wrapped, type Subject } from './chain-subjects.ts';
import { report, type Figure } from './figure.ts';
import { above, inTurns, median, msOf } from './measure.ts';
import { peersIfInstalled } from './peers.ts';

const SHORT = 1;
const LONG = 2000;
/** Parts around the deltas: stream start, text start and end, finish. */
const AROUND = 4;
/** Calls a round. */
const SHORT_CALLS = 1500;
const LONG_CALLS = 4;

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
const pulled = (model: Model) => async (): Promise<void> => drain(wrapped((await model.doStream(REQUEST)).stream));

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

const peers = await peersIfInstalled();
const chains = subjects(peers);

/** Fails each time, before it answers. */
async function failing(): Promise<Model> {
  const refused = scriptedModel({ script: { fault: { do: 'status', status: 503 } } });
  const error: unknown = await Promise.resolve(refused.doStream(REQUEST)).catch((reason: unknown) => reason);
  return { ...preparedModel([], 'refused'), doStream: () => Promise.reject(error) };
}

const asked =
  ({ model, forget }: Subject) =>
  async (): Promise<void> => {
    forget?.();
    await drain((await model.doStream(REQUEST)).stream);
  };

const refused = await failing();

const works = (deltas: number): Readonly<Record<string, () => Promise<void>>> => {
  const model = preparedModel(partsOf(deltas));
  const named = Object.entries(chains);
  return {
    bare: streaming(model),
    pull: pulled(model),
    source: sourced(model),
    ...Object.fromEntries(named.map(([name, of]) => [name, asked(of([model, model]))])),
    ...(deltas === SHORT && Object.fromEntries(named.map(([name, of]) => [`${name}, failing`, asked(of([refused, model]))]))),
  };
};

const timesOf = (deltas: number, times: number) =>
  inTurns(Object.fromEntries(Object.entries(works(deltas)).map(([name, work]) => [name, repeated(work, times)])), {
    rounds: 13,
    warm: 5,
  });

const short = await timesOf(SHORT, SHORT_CALLS);
const long = await timesOf(LONG, LONG_CALLS);

/** Ns a part above the bare stream, what the call itself costs taken off. */
const perPart = (name: string): number =>
  ((above(long[name]!, long['bare']!) - above(short[name]!, short['bare']!)) / (LONG - SHORT)) * 1e6;
/** µs a call above the bare model, what its few parts cost taken off. */
const perCall = (name: string, parts: number = perPart(name)): number =>
  above(short[name]!, short['bare']!) * 1e3 - (parts * (SHORT + AROUND)) / 1e3;

const beside = (of: (name: string) => number, digits: number): string =>
  Object.keys(chains)
    .filter((name) => name !== 'chain')
    .map((name) => `${name} ${of(name).toFixed(digits)}`)
    .join(', ');

const failed = (name: string): number => perCall(`${name}, failing`, perPart(name));
const limited = 'cockatiel with a timeout';

/** The targets of a machine on which cockatiel with a timeout costs 6.6 µs a call and 17.8 µs a failure; shares of it hold on any. */
const ratios: readonly Figure[] = peers
  ? [
      {
        what: '  the same, by cockatiel with a timeout',
        value: perCall('chain') / perCall(limited),
        unit: '×',
        target: { value: 3 / 6.6, sense: 'at most' },
      },
      {
        what: '  the first target failing, by the same',
        value: failed('chain') / failed(limited),
        unit: '×',
        target: { value: 10 / 17.8, sense: 'at most' },
      },
    ]
  : [];

report([
  {
    what: 'chain, a call above the bare model',
    value: perCall('chain'),
    unit: 'µs',
    target: { value: 3, sense: 'at most' },
    beside: `bare model ${(median(short['bare']!) * 1e3).toFixed(1)}; ${beside((name) => perCall(name), 1)}`,
  },
  {
    what: '  the same, its first target failing',
    value: failed('chain'),
    unit: 'µs',
    target: { value: 10, sense: 'at most' },
    beside: beside(failed, 1),
  },
  ...ratios,
  { what: '  the same, a chain read as a source', value: perCall('source'), unit: 'µs' },
  { what: '  the same, a pull wrapper', value: perCall('pull'), unit: 'µs' },
  {
    what: 'chain, a part above the bare stream',
    value: perPart('chain'),
    unit: 'ns',
    target: { value: 400, sense: 'at most' },
    beside: `bare stream ${((median(long['bare']!) / (LONG + AROUND)) * 1e6).toFixed(0)}; ${beside(perPart, 0)}`,
  },
  { what: '  the same, a chain read as a source', value: perPart('source'), unit: 'ns' },
  { what: '  the same, a pull wrapper', value: perPart('pull'), unit: 'ns' },
] satisfies Figure[]);
