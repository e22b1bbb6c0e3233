import { argumentsOf } from './arguments.ts';
import type { Answer, Question } from './events.ts';
import { covers, pattern, type Facts } from './permit-pattern.ts';
import { readCommand } from './permit-shell.ts';

/** The argument by which our tools take a command line. */
const COMMAND = 'cmd';

/**
 * An answer to a question, if it is one.
 *
 * A1. A rule must cover the call that was asked about: a yes to one call is never a yes to another.
 * A2. A question is answered only with what it can be answered with.
 */
export function validAnswer(question: Question, answer: Answer): { readonly answer: Answer } | { readonly error: string } {
  const { decision, rule, content } = answer;
  const open: readonly string[] = DECISIONS[question.about];
  if (!open.includes(decision)) return { error: `This question cannot be answered with "${decision}": it takes ${listed(open)}.` };
  if (content !== undefined && question.about !== 'elicitation') return { error: 'This question has no fields to fill in.' };
  if (rule === undefined) return { answer };
  if (question.about !== 'approval' || decision !== 'allow-tool')
    return { error: `A rule goes with "allow-tool" only, not with "${decision}".` };
  const { name, input } = question.call;
  const parsed = argumentsOf(question.call);
  if ('error' in parsed) return { error: `The rule "${rule}" cannot be held against the call: ${parsed.error}` };
  if (rule !== name && !covers(pattern(rule), factsOf(name, parsed.input))) return { error: otherCall(rule, name, parsed.input, input) };
  return { answer };
}

const DECISIONS: Readonly<Record<Question['about'], readonly Answer['decision'][]>> = {
  approval: ['allow', 'allow-tool', 'allow-session', 'deny'],
  'may-have-run': ['allow', 'deny'],
  limit: ['allow', 'deny'],
  elicitation: ['allow', 'deny', 'cancel'],
};

const listed = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(', ');

/** By what the call says of itself; where its paths really lead is looked at again when the rule is used. */
function factsOf(tool: string, input: Facts['input']): Facts {
  const command = input[COMMAND];
  const written = [input['path'], input['paths']].flat().filter((path): path is string => typeof path === 'string');
  const paths = written.map((path) => [path, `./${path}`, path.replace(/^(\.\/)+/, '')]);
  return { tool, input, paths, ...(typeof command === 'string' && { command: readCommand(command) }) };
}

function otherCall(rule: string, name: string, input: Facts['input'], text: string): string {
  const command = input[COMMAND];
  const asked = `The rule "${rule}" does not cover the call that was asked about, ${name} ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
  const several = typeof command === 'string' && readCommand(command).simple === undefined;
  return several ? `${asked}: a rule covers one simple command only. Allow it once.` : `${asked}.`;
}
