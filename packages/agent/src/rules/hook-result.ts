import { decides, readOutput, type HookEnd } from './hook-output.ts';
import { UNHOOKED, type HookEvent, type HookOutcome } from './hook-types.ts';
import type { Hook } from './hooks-config.ts';
import { titleOf } from './hooks-match.ts';

/**
 * From what hooks came to, to what it means.
 *
 * R1. Exit code 0: its output is read. 2: blocked, with what it wrote to standard error. Another one: a failure.
 * R2. `pre_tool_use` fails closed: a hook that did not run, or was not understood, blocks the call. An exit code other than 0 and 2 was a
 *     choice of the hook: it blocks only with `on_error: block`.
 * R3. At every other event `on_error` says what a failure does: it is told (`warn`), dropped (`ignore`), or blocks.
 * R4. Several results are joined in the order of the file: a block wins, deny before ask before allow, later arguments over earlier ones.
 */
export interface HookResult extends HookOutcome {
  /** A failure to be told; apart from `warnings`, which the hook itself asked for. */
  readonly failure?: string;
}

export function resultOf(event: HookEvent, hook: Hook, end: HookEnd): HookResult {
  if (end.end === 'failed') return failed(event, hook, end.why, event === 'pre_tool_use');
  if (end.end === 'said') return { ...UNHOOKED, ...end.said };
  const { code, stdout, stderr } = end;
  if (code === 2) return blocked(event, stderr.trim() || `the hook ${titleOf(hook)} gave no reason`);
  if (code !== 0) return failed(event, hook, `exited with ${code}${stderr.trim() === '' ? '' : `: ${firstLine(stderr)}`}`, false);
  const speech = readOutput(event, stdout);
  return 'fault' in speech ? failed(event, hook, speech.fault, event === 'pre_tool_use') : speech.said;
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0]!.slice(0, 300);

const blocked = (event: HookEvent, message: string): HookResult => ({
  allowed: false,
  message,
  ...(decides(event) && { decision: 'deny', decisionReason: message }),
  warnings: [],
});

function failed(event: HookEvent, hook: Hook, why: string, closed: boolean): HookResult {
  const words = `the ${event} hook ${titleOf(hook)} ${closed ? 'failed to execute: it ' : ''}${why}`;
  if (closed || hook.on_error === 'block') return { ...blocked(event, words), failure: words };
  return hook.on_error === 'ignore' ? UNHOOKED : { ...UNHOOKED, failure: words };
}

const STRICTNESS = { deny: 2, ask: 1, allow: 0 } as const;

type Decision = NonNullable<HookOutcome['decision']>;

/** `said`: failures that are told. */
export function joined(results: readonly HookResult[], said: readonly string[] = []): HookOutcome {
  const blocks = results.filter(({ allowed }) => !allowed);
  const decision = results
    .flatMap(({ decision }) => decision ?? [])
    .reduce<Decision | undefined>((most, one) => (most === undefined || STRICTNESS[one] > STRICTNESS[most] ? one : most), undefined);
  const message = lines(blocks.map(({ message }) => message));
  const reason = lines(results.filter((one) => one.decision === decision).map(({ decisionReason }) => decisionReason));
  const inputs = results.map(({ input }) => input).filter((input) => input !== undefined);
  const context = lines(results.map(({ context }) => context));
  const summary = results.findLast((one) => one.summary !== undefined)?.summary;
  const response = results.findLast((one) => one.response !== undefined)?.response;
  const preempts = results.some((one) => one.preempts === true && one.decision === decision && decision === 'ask');
  return {
    allowed: blocks.length === 0,
    ...(message !== undefined && { message }),
    ...(decision !== undefined && { decision }),
    ...(decision !== undefined && reason !== undefined && { decisionReason: reason }),
    ...(inputs.length > 0 && { input: merged(inputs) }),
    ...(context !== undefined && { context }),
    ...(summary !== undefined && { summary }),
    ...(response !== undefined && { response }),
    ...(preempts && { preempts }),
    warnings: [...said, ...results.flatMap(({ warnings }) => warnings)],
  };
}

/** Each once: two hooks may say the same. */
function lines(texts: readonly (string | undefined)[]): string | undefined {
  const known = texts.filter((text) => text !== undefined);
  return known.length === 0 ? undefined : [...new Set(known)].join('\n');
}

type Fields = Readonly<Record<string, unknown>>;

/** Not by assignment: a key `__proto__` stays a key. */
const merged = (inputs: readonly Fields[]): Fields =>
  Object.fromEntries(inputs.flatMap((input): [string, unknown][] => Object.entries(input)));
