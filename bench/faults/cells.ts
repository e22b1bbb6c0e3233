/** Every fault for every library, each over servers of its own. */
import { secondTarget, texts, type Fault } from '@holdfast/lab';
import { jsonSchema, tool, type ToolSet } from 'ai';
import type { Api } from '../../packages/lab/test/http-scene.ts';
import { labOf, vendor } from '../../packages/lab/test/vendor-models.ts';
import { LIMIT, type Contender, type How } from './contenders.ts';
import { within, type Outcome } from './outcome.ts';

/** Ms after which a call that has not ended is said to hang: longer than every limit and pause of every library together. */
const HANGS_AFTER = 20 * LIMIT;
/** Cells at once: they wait more than they work. */
const WIDTH = 8;

export interface Row {
  readonly fault: string;
  readonly how: How;
  /** By library, then by the protocol of the first target. */
  readonly outcomes: Readonly<Record<string, readonly Outcome[]>>;
}

export const FIRST: readonly Api[] = ['anthropic', 'openai'];
const second = (first: Api): Api => (first === 'anthropic' ? 'openai' : 'anthropic');

const TOOLS: ToolSet = {
  lookup: tool({
    description: 'looks something up',
    inputSchema: jsonSchema({ type: 'object', properties: { query: { type: 'string' } }, required: ['query'] }),
  }),
};

async function cell(contender: Contender, how: How, fault: Fault, first: Api): Promise<Outcome> {
  await using east = await labOf('east', first, { fault });
  // Well, and does what it is asked: one that is told to go on goes on.
  await using west = await labOf('west', second(first), { script: secondTarget(texts.plain, 'repeats-anchor') });
  const call = contender.over([vendor(first, east), vendor(second(first), west)], TOOLS);
  return await within(HANGS_AFTER, () => call(how), texts.plain);
}

/** Runs all, some at a time; what comes back is in their order. */
export async function pooled<T>(works: readonly (() => Promise<T>)[], width: number): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < works.length; at = next++) results[at] = await works[at]!();
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** Loads what is loaded on first use: not within a limit. */
export async function warm(contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) for (const first of FIRST) await cell(contender, 'stream', { do: 'status', status: 503 }, first);
}

export async function faultRows(
  faults: Readonly<Record<string, Fault>>,
  how: How,
  contenders: readonly Contender[],
): Promise<readonly Row[]> {
  const all = Object.entries(faults).flatMap(([name, fault]) =>
    contenders.flatMap((contender) => FIRST.map((first) => ({ name, fault, contender, first }))),
  );
  const outcomes = await pooled(
    all.map(
      ({ contender, fault, first }) =>
        () =>
          cell(contender, how, fault, first),
    ),
    WIDTH,
  );
  return Object.keys(faults).map((fault) => ({
    fault,
    how,
    outcomes: Object.fromEntries(
      contenders.map((contender) => [
        contender.name,
        all.flatMap((one, at) => (one.name === fault && one.contender === contender ? [outcomes[at]!] : [])),
      ]),
    ),
  }));
}
