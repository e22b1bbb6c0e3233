/** What many callers do to each other: state that they share, retries that come together, what a second process knows. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { holdfast, type Model } from '@holdfast/core';
import { secondTarget, tempState, texts, type Asked } from '@holdfast/lab';
import { streamText } from 'ai';
import { labOf, vendor } from '../../packages/lab/test/vendor-models.ts';
import type { Peers } from '../peers.ts';
import type { Contender } from './contenders.ts';
import { hear, judge } from './outcome.ts';

const CALLERS = 20;
const healthy = { script: secondTarget(texts.plain, 'repeats-anchor') } as const;
const overloaded = { fault: { do: 'status', status: 503 } } as const;

/** How many of 20 calls at once over [503, healthy, 500] are answered whole. */
export async function atOnce(contender: Contender): Promise<string> {
  await using one = await labOf('one', 'anthropic', overloaded);
  await using two = await labOf('two', 'openai', healthy);
  await using three = await labOf('three', 'anthropic', { fault: { do: 'status', status: 500 } });
  const call = contender.over([vendor('anthropic', one), vendor('openai', two), vendor('anthropic', three)], {});
  const heard = await Promise.allSettled(Array.from({ length: CALLERS }, () => call('stream')));
  const whole = heard.filter((told) => told.status === 'fulfilled' && judge(told.value, texts.plain) === 'complete');
  return `${whole.length} of ${CALLERS}`;
}

/** Each library's way to ask the same target again, with a state of its own for each client. */
const again: Readonly<Record<string, (model: Model, peers: Peers) => { readonly model: Model; readonly maxRetries?: number }>> = {
  holdfast: (model) => ({ model: holdfast({ models: [model] }) }),
  'ai-retry': (model, { createRetryableModel, retryOn }) => {
    const retries = [retryOn.isRetryable(true).retry({ delay: 1000, backoffFactor: 2, maxAttempts: 3 })];
    return { model: createRetryableModel({ model, retries }), maxRetries: 0 };
  },
  'ai-fallback': (model, { createFallback }) => ({ model: createFallback({ models: [model] }) }),
  'AI SDK, one model': (model) => ({ model }),
};

/** Ms between the first and the last retry of 20 clients that were refused in the same moment, and how long after it the first came. */
export async function spread(contender: Contender, peers: Peers): Promise<string> {
  const client = again[contender.name];
  if (!client) return '';
  const outage = { rules: [{ target: 'one', fault: overloaded.fault, times: CALLERS }] };
  await using one = await labOf('one', 'anthropic', { ...healthy, outage });
  await Promise.all(
    Array.from({ length: CALLERS }, () =>
      hear(streamText({ ...client(vendor('anthropic', one), peers), prompt: 'tell me', onError: () => {} })),
    ),
  );
  const at = one.requests.map((asked: Asked) => asked.at);
  const [first, last] = [Math.min(...at.slice(CALLERS)), Math.max(...at.slice(CALLERS))];
  return `${Math.round(last - first)} ms, after ${Math.round(first - Math.max(...at.slice(0, CALLERS)))} ms`;
}

const CALLS = 5;

/** Requests that a resting target gets from 5 calls of a second process, while another is usable. */
export async function fromSecondProcess(contender: Contender): Promise<string> {
  await using one = await labOf('one', 'anthropic', overloaded);
  await using two = await labOf('two', 'openai', healthy);
  using state = tempState('holdfast-bench');
  const ask = (times: number) =>
    promisify(execFile)(process.execPath, [
      join(import.meta.dirname, 'asker.ts'),
      contender.name,
      one.url,
      two.url,
      state.dir,
      String(times),
    ]);
  await ask(1);
  const before = one.requests.length;
  await ask(CALLS);
  return String(one.requests.length - before);
}
