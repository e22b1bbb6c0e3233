/** A run of 1,000 turns, each with one tool call, over a model in process and sessions in memory: does it slow down as it grows? */
import { memorySessions, type Tool } from '@holdfast/agent';
import { holdfast, type Model } from '@holdfast/core';
import type { Part } from '@holdfast/core/engine';
import { preparedModel } from '@holdfast/lab';
import { lookTool } from './agent/model.ts';
import { runtimeOver } from './agent/ours.ts';
import { report, type Figure } from './figure.ts';
import { median } from './measure.ts';

const TURNS = 1000;
const TENTH = TURNS / 10;
const RUNS = 3;

const USAGE = {
  inputTokens: { total: 100, noCache: 100, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 100, text: 100, reasoning: undefined },
};

const turn = (nth: number): readonly Part[] => [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '0' },
  ...Array.from({ length: 20 }, (): Part => ({ type: 'text-delta', id: '0', delta: 'some words ' })),
  { type: 'text-end', id: '0' },
  ...(nth < TURNS ? [{ type: 'tool-call', toolCallId: `call-${nth}`, toolName: 'look', input: `{"at":${nth}}` } as const] : []),
  { type: 'finish', usage: USAGE, finishReason: { unified: nth < TURNS ? 'tool-calls' : 'stop', raw: undefined } },
];

/** Writes down when it is asked. */
function model(asked: number[]): Model {
  return {
    ...preparedModel([]),
    doStream: (options) => {
      asked.push(performance.now());
      return preparedModel(turn(asked.length)).doStream(options);
    },
  };
}

const look: Tool = {
  ...lookTool(),
  prepare: async ({ at }) => ({
    run: async () => ({ output: `Seen at ${String(at)}: ${'nothing new. '.repeat(20)}`, failed: false }),
    drop: () => {},
  }),
};

/** Ms of each turn. */
async function run(around: (inner: Model) => Model): Promise<readonly number[]> {
  const asked: number[] = [];
  const runtime = runtimeOver(memorySessions(), around(model(asked)), look);
  const { why, failure } = await (await runtime.start({ prompt: 'Look everywhere.' })).done;
  const ended = performance.now();
  await runtime.close();
  if (why !== 'done' || asked.length !== TURNS) throw new Error(`${asked.length} turns, then ${why}: ${failure?.message ?? ''}`);
  return asked.map((at, nth) => (asked[nth + 1] ?? ended) - at);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

async function growth(around: (inner: Model) => Model): Promise<{ readonly ratio: number; readonly first: number; readonly last: number }> {
  await run(around);
  const runs: (readonly number[])[] = [];
  for (let n = 0; n < RUNS; n++) runs.push(await run(around));
  const first = median(runs.map((ms) => sum(ms.slice(0, TENTH)) / TENTH));
  const last = median(runs.map((ms) => sum(ms.slice(-TENTH)) / TENTH));
  return { ratio: median(runs.map((ms) => sum(ms.slice(-TENTH)) / sum(ms.slice(0, TENTH)))), first, last };
}

const plain = await growth((inner) => inner);
const chained = await growth((inner) => holdfast({ models: [inner] }));
const told = ({ first, last }: typeof plain): string =>
  `${(first * 1e3).toFixed(0)} µs a turn at first, ${(last * 1e3).toFixed(0)} µs at last`;

report([
  {
    what: '1,000 turns, last tenth by first',
    value: plain.ratio,
    unit: '×',
    target: { value: 1.5, sense: 'at most' },
    beside: told(plain),
  },
  { what: '  the same through a chain', value: chained.ratio, unit: '×', target: { value: 1.5, sense: 'at most' }, beside: told(chained) },
] satisfies Figure[]);
