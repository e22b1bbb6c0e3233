/**
 * Who decided about a call: what stands in `by` of a start, a refusal, a judgement. Closed: the log of decisions and hooks read it.
 */
export const BY = {
  yolo: 'yolo',
  readOnly: 'read-only',
  readOnlyMode: 'read-only mode',
  user: 'user',
  userForTool: 'user, this tool for the session',
  userForSession: 'user, all for the session',
  hook: 'hook',
  permissionHook: 'permission hook',
  nobody: 'nobody there',
  stopped: 'stopped',
  unknownTool: 'unknown tool',
  wrongArguments: 'wrong arguments',
} as const;

export type Layer = 'session' | 'user' | 'team';

export const byRule = (layer: Layer, rule: string): string => `${layer} rule "${rule}"`;

/** What an answer of the user is called, by its decision. */
export const byAnswer = (decision: 'allow' | 'allow-tool' | 'allow-session' | 'deny' | 'cancel'): string =>
  decision === 'allow-tool' ? BY.userForTool : decision === 'allow-session' ? BY.userForSession : BY.user;

export type Decision = 'allow' | 'deny' | 'canceled';

/** The same by Docker's names, as `on_tool_approval_decision` hooks read it. User rules count as the team's, as there. */
export function approvalSource(decision: Decision, by: string): string {
  const rule = /^(session|user|team) rule /.exec(by)?.[1];
  if (rule !== undefined) return `${rule === 'session' ? 'session' : 'team'}_permissions_${decision === 'allow' ? 'allow' : 'deny'}`;
  return (decision === 'allow' ? ALLOWED : DENIED)[by] ?? by.replaceAll(/[ -]/g, '_');
}

const ALLOWED: Readonly<Record<string, string>> = {
  [BY.yolo]: 'yolo',
  [BY.readOnly]: 'readonly_hint',
  [BY.user]: 'user_approved',
  [BY.userForTool]: 'user_approved_tool',
  [BY.userForSession]: 'user_approved_session',
  [BY.hook]: 'pre_tool_use_hook_allow',
  [BY.permissionHook]: 'permission_request_hook_allow',
};

const DENIED: Readonly<Record<string, string>> = {
  [BY.user]: 'user_rejected',
  [BY.stopped]: 'context_canceled',
  [BY.hook]: 'pre_tool_use_hook_deny',
  [BY.permissionHook]: 'permission_request_hook_deny',
  [BY.nobody]: 'non_interactive_deny',
};
