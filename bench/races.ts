/**
 * Many callers of one chain of two models, the first of which always answers 429, each call taking its own time: how many get no
 * answer although the second model is well. State that callers share by accident shows here.
 */
import { holdfast, type Model } from '@holdfast/core';
import { scriptedModel } from '@holdfast/lab';
import { report, type Figure } from './figure.ts';
import { loadPeers } from './peers.ts';

const CALLERS = [32, 64, 128];
/** Calls of each caller, one after the other. */
const CALLS = 5;
const LONGEST_MS = 20;

/** In [0, 1), the same at every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

function models(seed: number): Model[] {
  const random = seeded(seed);
  const after = () => random() * LONGEST_MS;
  const limited = scriptedModel({ id: 'limited', script: () => ({ after: after(), fault: { do: 'status', status: 429 } }) });
  const well = scriptedModel({ id: 'well', script: () => ({ after: after(), text: 'Here I am.' }) });
  return [limited, well];
}

const { createFallback, createRetryableModel } = await loadPeers();
const chains: Readonly<Record<string, (of: Model[]) => Model>> = {
  holdfast: (of) => holdfast({ models: of }),
  'ai-retry': ([model, ...retries]) => createRetryableModel({ model: model!, retries }),
  'ai-fallback': (of) => createFallback({ models: of }),
};

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Is anybody there?' }] }];

async function whole(model: Model, stream: boolean): Promise<boolean> {
  if (!stream) return (await model.doGenerate({ prompt })).content.length > 0;
  let text = '';
  for await (const part of (await model.doStream({ prompt })).stream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') text += part.delta;
  }
  return text !== '';
}

/** The share of calls without an answer, in %. */
async function lost(chain: (of: Model[]) => Model, callers: number, stream: boolean): Promise<number> {
  const model = chain(models(callers));
  const random = seeded(-callers);
  let failed = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let n = 0; n < CALLS; n++) {
        await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_MS));
        const answered = await whole(model, stream).catch(() => false);
        if (!answered) failed++;
      }
    }),
  );
  return (failed / (callers * CALLS)) * 100;
}

const figures: Figure[] = [];
for (const callers of CALLERS) {
  for (const stream of [true, false]) {
    const shares = new Map<string, number>();
    for (const [name, chain] of Object.entries(chains)) shares.set(name, await lost(chain, callers, stream));
    const beside = [...shares].flatMap(([name, share]) => (name === 'holdfast' ? [] : [`${name} ${share.toFixed(1)} %`]));
    figures.push({
      what: `${callers} callers, the first of two models at its limit: ${stream ? 'streams' : 'answers'} lost`,
      value: shares.get('holdfast')!,
      unit: '%',
      target: { value: 0, sense: 'at most' },
      beside: beside.join(', '),
    });
  }
}
report(figures);
