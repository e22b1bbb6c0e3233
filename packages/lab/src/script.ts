/**
 * What a scripted provider answers, written down. Pure: an answer is a function of the request and of how many were answered before,
 * so a script can be given to several providers and survives their restart.
 */

import type { Fault } from './outage.ts';

/** One turn of the conversation as the provider was told it, in any protocol. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** Tool calls of an assistant turn. */
  readonly calls: readonly { readonly id: string; readonly name: string }[];
  /** Of a tool turn: the call it answers. */
  readonly callId?: string;
}

/** The request, whatever protocol it came in. */
export interface Facts {
  readonly provider: string;
  readonly model: string;
  readonly stream: boolean;
  readonly turns: readonly Turn[];
  readonly tools: readonly { readonly name: string; readonly schema: unknown }[];
  readonly maxTokens?: number;
  /** Chat completions: `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** Which request of this provider it is, from 1, and how many were answered whole before it. */
  readonly nth: number;
  readonly answered: number;
}

export interface ScriptedCall {
  readonly name: string;
  /** A text is sent as it is: arguments that are not JSON can be written down too. */
  readonly args: unknown;
  readonly id?: string;
}

export type ScriptedFinish = 'stop' | 'length' | 'tool-calls' | 'content-filter' | { readonly raw: string };

export interface ScriptedUsage {
  readonly input: number;
  readonly output: number;
  readonly reasoning?: number;
  readonly cached?: number;
}

export interface Answer {
  readonly text?: string;
  /** The text as the vendor cut it; else `pieces(text)`. */
  readonly chunks?: readonly string[];
  readonly reasoning?: string;
  readonly toolCalls?: readonly ScriptedCall[];
  /** Default: `tool-calls` if there are any, else `stop`. */
  readonly finish?: ScriptedFinish;
  /** Default: counted. */
  readonly usage?: ScriptedUsage;
  /** What goes wrong with this answer, if the outage has nothing of its own for the request. */
  readonly fault?: Fault;
}

export type Script<A = Answer, F = Facts> = A | ((facts: F) => A);

const answerOf = <A extends object, F>(script: Script<A, F>, facts: F): A => (typeof script === 'function' ? script(facts) : script);

/** A wrong script is told where it is written, not at the first request that meets it. */
export function checkedAnswers<T>(answers: readonly T[], where: string): readonly T[] {
  const fits = (one: unknown): boolean => typeof one === 'function' || (typeof one === 'object' && one !== null && !Array.isArray(one));
  if (!Array.isArray(answers) || answers.length === 0 || !answers.every(fits))
    throw new TypeError(`${where} takes a list of at least one answer: ${where}([{ text: 'Hello' }, { text: 'Bye' }])`);
  return answers;
}

/** The next answer for each request answered whole; a broken one is given again; the last repeats. */
export function sequence<A extends object, F extends { readonly answered: number }>(answers: readonly Script<A, F>[]): (facts: F) => A {
  const list = checkedAnswers(answers, 'sequence');
  return (facts) => answerOf(list[Math.min(facts.answered, list.length - 1)]!, facts);
}

/** A script, or a list of answers: one after the other, the last again and again, as `scriptedModel` takes it. */
export type Scripts<A extends object> = Script<A> | readonly A[];

/** `nth`: from 1. */
export const answerAt = <A extends object>(scripts: Scripts<A>, facts: Facts, nth: number): A =>
  isList(scripts) ? scripts[Math.min(nth, scripts.length) - 1]! : answerOf(scripts, facts);

export const isList = <A extends object>(scripts: Scripts<A>): scripts is readonly A[] => Array.isArray(scripts);

/**
 * The next answer for each assistant turn that the conversation already has: an agent's run goes on the same way at any provider that
 * has the script, after a fallback, a retry or a crash. The last repeats.
 */
export function byTurn<A extends object = Answer>(answers: readonly Script<A, Facts>[]): (facts: Facts) => A {
  const list = checkedAnswers(answers, 'byTurn');
  return (facts) => answerOf(list[Math.min(facts.turns.filter(({ role }) => role === 'assistant').length, list.length - 1)]!, facts);
}

/** The first row whose pattern is found in the last turn; else `other`. */
export const byLastMessage =
  <A extends object = Answer>(rows: readonly (readonly [string | RegExp, Script<A, Facts>])[], other: Script<A, Facts>) =>
  (facts: Facts): A => {
    const said = facts.turns.at(-1)?.text ?? '';
    const row = rows.find(([pattern]) => (typeof pattern === 'string' ? said.includes(pattern) : pattern.test(said)));
    return answerOf(row ? row[1] : other, facts);
  };

/**
 * A text as models stream it: a few characters at a time, spaces before the word they lead to. Emoji joined by ZWJ are cut after the
 * joiner, as happens: whoever shows them must cope.
 */
export const pieces = (text: string): readonly string[] => (text.match(/\s*\S+|\s+$/gu) ?? []).flatMap(cutLong);

function cutLong(word: string): readonly string[] {
  const out: string[] = [];
  let piece: string[] = [];
  for (const char of word) {
    piece.push(char);
    if (char !== '\u200d' && piece.length < 8) continue;
    out.push(piece.join(''));
    piece = [];
  }
  return piece.length > 0 ? [...out, piece.join('')] : out;
}

/** Tokens, plausibly: four Latin characters to one, others one each. */
export function countTokens(text: string): number {
  const others = [...text].filter((char) => char.codePointAt(0)! >= 0x2000);
  return Math.ceil((text.length - others.join('').length) / 4) + others.length;
}
