import type { HookOutcome } from './hook-types.ts';

/**
 * What `pre_tool_use` hooks and the permission rules make of a call together.
 *
 * V1. A hook that denies or blocks ends it: the call is refused, whatever allows it.
 * V2. A hook that asks makes a question of what a rule allows.
 * V3. A hook that allows answers the question that nothing but the default asks. It lifts no deny rule, no ask rule and no read-only mode.
 * V4. Arguments that a hook rewrote are judged anew: rules and folders see what would run, never what the model sent.
 */
export type AfterHooks =
  | { readonly do: 'refuse'; readonly output: string; readonly by: 'hook' }
  /** `input`: judge and run with these arguments. `hook`: what the rules are told. */
  | { readonly do: 'judge'; readonly input?: Readonly<Record<string, unknown>>; readonly hook?: HookVerdict };

/** Structurally `PermitAsk['hook']`. */
export interface HookVerdict {
  readonly decision: 'allow' | 'deny' | 'ask';
  readonly reason?: string;
  /** The question is not answered by `--yolo`. */
  readonly preempts?: boolean;
}

export function afterHooks(outcome: HookOutcome): AfterHooks {
  const { allowed, message, decision, decisionReason: reason, input, preempts } = outcome;
  if (!allowed || decision === 'deny') return { do: 'refuse', output: blockedCall(message ?? reason), by: 'hook' };
  return {
    do: 'judge',
    ...(input && { input }),
    ...(decision !== undefined && { hook: { decision, ...(reason !== undefined && { reason }), ...(preempts && { preempts }) } }),
  };
}

/** What the model is told. */
export const blockedCall = (why: string | undefined): string => `Tool call blocked by hook: ${why ?? 'no reason was given'}`;
