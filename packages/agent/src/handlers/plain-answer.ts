import { isCallFailure, type CallRecord, type Model } from '@holdfast/core';
import { orAbort } from '@holdfast/core/engine';
import type { EndFailure, TokenUsage } from '../rules/events.ts';
import { endFailure } from '../rules/ending.ts';
import { usageOf } from '../rules/usage.ts';

/** What was paid for a call, whatever came of it. */
export interface Paid {
  readonly usage?: TokenUsage;
  readonly usd?: number;
  readonly call?: string;
}

export type PlainAnswer = Paid & ({ readonly text: string; readonly finish: string } | { readonly failure: EndFailure });

type Options = Parameters<Model['doGenerate']>[0];

/** Asks for one text, whole: a break on the way is the chain's to mend. Rejects only for a stop. */
export async function plainAnswer(model: Model, options: Omit<Options, 'abortSignal'>, signal: AbortSignal): Promise<PlainAnswer> {
  try {
    const work = (async () => model.doGenerate({ ...options, abortSignal: signal }))();
    const { content, finishReason, usage, providerMetadata } = await orAbort(work, signal);
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const record = providerMetadata?.['holdfast'] as CallRecord | undefined;
    return { text, finish: finishReason.unified, usage: usageOf(usage), ...paidOf(record) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { failure: endFailure(error, ''), ...paidOf(isCallFailure(error) ? error.record : undefined) };
  }
}

const paidOf = (record: CallRecord | undefined): Paid =>
  record ? { usage: record.paid, call: record.id, ...(record.usd !== undefined && { usd: record.usd }) } : {};

/** What two calls cost together; the later one gives the name. */
export function paidTogether(a: Paid, b: Paid): Paid {
  const usage = a.usage && b.usage ? usageTogether(a.usage, b.usage) : (b.usage ?? a.usage);
  const call = b.call ?? a.call;
  return {
    ...(usage && { usage }),
    ...(call !== undefined && { call }),
    ...((a.usd !== undefined || b.usd !== undefined) && { usd: (a.usd ?? 0) + (b.usd ?? 0) }),
  };
}

function usageTogether(a: TokenUsage, b: TokenUsage): TokenUsage {
  const counts = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] as const;
  const told = counts.filter((count) => a[count] !== undefined || b[count] !== undefined);
  const sums = Object.fromEntries(told.map((count) => [count, (a[count] ?? 0) + (b[count] ?? 0)]));
  return { ...sums, ...((a.estimated || b.estimated) && { estimated: true }) };
}
