import type { Model } from '@holdfast/core';
import type { Handle } from '../drive.ts';
import type { PathLog } from '../log.ts';
import type { Redact } from '../ports.ts';
import { budgetsOf, cutResults, split } from '../rules/compact.ts';
import { compacted, withoutResults } from '../rules/compacted.ts';
import { textTokens, transcriptTokens } from '../rules/estimate.ts';
import type { CompactionCause } from '../rules/events.ts';
import { factorOf } from '../rules/evidence.ts';
import type { RunState } from '../rules/run-state.ts';
import { fixedTexts, summaryPrompt } from '../rules/summary-prompt.ts';
import type { Compacted } from '../rules/world.ts';
import type { Scope } from '../scope.ts';
import { paidTogether, plainAnswer, type Paid, type PlainAnswer } from './plain-answer.ts';

export interface CompactPorts extends Pick<Scope, 'parts'> {
  readonly log: Pick<PathLog, 'session' | 'path' | 'run'>;
  readonly modelFor?: (agent: string, ref: string) => Model;
  readonly redact: Redact;
  /** Who pays, in records and budgets. */
  readonly caller?: string;
}

/** How often a conversation that was still too large for its summary is asked about again, with half of it. */
const HALVINGS = 3;

/**
 * Summarises what is old of a conversation.
 * Z1. It changes nothing by itself: an event, or why there is none, and what was paid in both cases.
 * Z2. A summary that is empty, failed, was refused, or leaves the conversation no smaller is none.
 * Z3. A resting chain ends with a failure by itself; a stop ends the wait at once.
 */
export function compactHandler(ports: CompactPorts): Handle<'compact'> {
  return async ({ state, why, words, summary }, signal) => {
    const { transcript } = state;
    const { toolResultTokens } = ports.parts(state.agent).agent;
    // A summary of a prompt alone would stand in its place, and be answered instead of it.
    if (why === 'manual' && transcript.every((message) => message.role === 'user' && !message.summary))
      return { skipped: 'there is nothing to summarise' };
    const from = split(transcript, budgetsOf(windowOf(ports, state), 0).kept);
    const old = transcript.slice(0, from);
    if (summaryPrompt(old).messages === 0) return { skipped: 'there is nothing to summarise' };
    const cut = cutResults(transcript.slice(from), toolResultTokens);
    const made: Written =
      summary === undefined
        ? await written(ports, state, withoutResults(old, cutResults(old, toolResultTokens)), words, signal)
        : { text: summary, finish: 'stop' };
    return ports.redact(judged(state, why, transcript.length - from, cut, made));
  };
}

/** The smallest window that is known: what goes on has to fit whoever answers. */
function windowOf({ parts }: CompactPorts, { agent, context }: RunState): number | undefined {
  const known = [context?.window, parts(agent).agent.window].filter((window) => window !== undefined && window > 0);
  return known.length > 0 ? Math.min(...(known as number[])) : undefined;
}

/** Its own model for summaries; else the one the agent is asked with now. */
function modelOf({ parts, modelFor }: CompactPorts, { agent, models }: RunState): Model {
  const { summaries, model } = parts(agent);
  const ref = models.get(agent);
  if (summaries || ref === undefined || !modelFor) return summaries ?? model;
  try {
    return modelFor(agent, ref);
  } catch {
    return model;
  }
}

type Written = PlainAnswer | (Paid & { readonly skipped: string });

async function written(
  ports: CompactPorts,
  state: RunState,
  old: RunState['transcript'],
  words: string | undefined,
  signal: AbortSignal,
): Promise<Written> {
  const model = modelOf(ports, state);
  const factor = factorOf(state.evidence);
  const fixed = fixedTexts(words).reduce((sum, text) => sum + textTokens(text), 0);
  const budgets = budgetsOf(windowOf(ports, state), Math.ceil(factor * fixed));
  let room = budgets.input === undefined ? undefined : budgets.input / factor;
  let paid: Paid = {};
  for (let left = HALVINGS; ; left--) {
    const { system, user, messages } = summaryPrompt(old, words, room);
    if (messages === 0) return { skipped: 'the window of the model that summarises is too small for any of it', ...paid };
    const answer = await plainAnswer(model, optionsOf(ports, system, user, budgets.summary), signal);
    paid = paidTogether(paid, answer);
    if (!('failure' in answer) || answer.failure.kind !== 'context-length' || left === 0) return { ...answer, ...paid };
    room = Math.min(room ?? Infinity, transcriptTokens(old)) / 2;
  }
}

function judged({ transcript }: RunState, why: CompactionCause, keep: number, cut: readonly string[], made: Written): Compacted {
  const { usage, usd, call } = made;
  const paid = { ...(usage && { usage }), ...(usd !== undefined && { usd }) };
  if ('skipped' in made) return { skipped: made.skipped, ...paid };
  if ('failure' in made) return { skipped: `the model that summarises failed: ${made.failure.message}`, ...paid };
  const summary = made.text.trim();
  if (made.finish === 'content-filter') return { skipped: 'the model that summarises refused', ...paid };
  if (summary === '') return { skipped: 'the summary was empty', ...paid };
  const event = {
    type: 'compaction',
    why,
    summary,
    keep,
    ...(cut.length > 0 && { cut }),
    ...paid,
    ...(call !== undefined && { call }),
  } as const;
  if (transcriptTokens(compacted(transcript, event)) >= transcriptTokens(transcript))
    return { skipped: 'the summary was not shorter than what it would have replaced', ...paid };
  return { event };
}

const optionsOf = ({ log, caller, redact }: CompactPorts, system: string, user: string, maxOutputTokens: number) => ({
  prompt: redact([
    { role: 'system' as const, content: system },
    { role: 'user' as const, content: [{ type: 'text' as const, text: user }] },
  ]),
  maxOutputTokens,
  providerOptions: {
    holdfast: { run: log.run, session: [log.session, ...log.path].join('/'), ...(caller !== undefined && { caller }) },
  },
});
