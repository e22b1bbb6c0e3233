import { UNHOOKED, type HookEvent, type HookOutcome } from './hook-types.ts';

/** What one hook came to. A built-in one answers with what it has to say. */
export type HookEnd =
  | { readonly end: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly end: 'said'; readonly said: Partial<HookOutcome> }
  /** It could not be started, took too long, or is unknown. */
  | { readonly end: 'failed'; readonly why: string };

/** What a hook's output says; `fault`: what is wrong with it. */
export type HookSpeech = { readonly said: HookOutcome } | { readonly fault: string };

/** Events at which text that is no JSON is told to the model. Elsewhere it is dropped. */
const TELLING: ReadonlySet<HookEvent> = new Set([
  'session_start',
  'turn_start',
  'post_tool_use',
  'stop',
  'user_prompt_submit',
  'user_steering_messages_submit',
  'user_followup_submit',
  'pre_compact',
]);

/** Standard output of a hook that exited with 0. */
export function readOutput(event: HookEvent, stdout: string): HookSpeech {
  const text = stdout.trim();
  if (!text.startsWith('{')) return { said: text !== '' && TELLING.has(event) ? { ...UNHOOKED, context: text } : UNHOOKED };
  const parsed = parse(text);
  if ('fault' in parsed) return parsed;
  const fault = faultOf(parsed.top) ?? faultOf(parsed.specific, 'hook_specific_output.');
  return fault === undefined ? { said: said(event, parsed.top, parsed.specific) } : { fault: `printed ${fault}` };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): { readonly top: Fields; readonly specific: Fields } | { readonly fault: string } {
  try {
    const top = named(JSON.parse(text) as Fields);
    const specific = top['hook_specific_output'] ?? {};
    if (!isObject(specific)) return { fault: 'printed a hook_specific_output that is not an object' };
    return { top, specific: named(specific) };
  } catch (error) {
    return { fault: `printed what begins like JSON and is not: ${(error as Error).message}` };
  }
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `hookSpecificOutput` is `hook_specific_output`: hooks of other agents are written so. */
const named = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));

const SHAPES: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly form: string }>> = {
  ...Object.fromEntries(
    ['stop_reason', 'system_message', 'reason', 'permission_decision_reason', 'additional_context', 'summary', 'updated_tool_response'].map(
      (key) => [key, { is: (value: unknown) => typeof value === 'string', form: 'text' }],
    ),
  ),
  continue: { is: (value) => typeof value === 'boolean', form: 'true or false' },
  decision: { is: (value) => ['', 'block', 'allow', 'approve'].includes(value as string), form: '"block" (or left out)' },
  permission_decision: { is: (value) => ['', 'allow', 'deny', 'ask'].includes(value as string), form: '"allow", "deny" or "ask"' },
  updated_input: { is: isObject, form: 'an object' },
};

/** A verdict that was misspelt must not be taken for none. */
function faultOf(fields: Fields, place = ''): string | undefined {
  const wrong = Object.entries(fields).find(
    ([key, value]) => value !== null && value !== undefined && Object.hasOwn(SHAPES, key) && !SHAPES[key]!.is(value),
  );
  return (
    wrong && `${place}${wrong[0]}: ${(JSON.stringify(wrong[1]) ?? '').slice(0, 60)}, where only ${SHAPES[wrong[0]]!.form} is understood`
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function said(event: HookEvent, top: Fields, specific: Fields): HookOutcome {
  const verdict = event === 'pre_tool_use' || event === 'permission_request' ? text(specific['permission_decision']) : undefined;
  const why = text(specific['permission_decision_reason']) ?? text(top['reason']);
  const stops = top['continue'] === false;
  const blocks = stops || top['decision'] === 'block' || verdict === 'deny';
  const message = (stops ? text(top['stop_reason']) : undefined) ?? why ?? text(top['stop_reason']);
  const decision = blocks && decides(event) ? 'deny' : (verdict as HookOutcome['decision']);
  const warning = text(top['system_message']);
  const context = text(specific['additional_context']);
  const input = event === 'pre_tool_use' ? (specific['updated_input'] as Fields | null | undefined) : undefined;
  const summary = event === 'before_compaction' ? text(specific['summary']) : undefined;
  const response = event === 'tool_response_transform' ? specific['updated_tool_response'] : undefined;
  return {
    allowed: !blocks,
    ...(blocks && message !== undefined && { message }),
    ...(decision !== undefined && { decision }),
    ...(decision !== undefined && why !== undefined && { decisionReason: why }),
    ...(input && { input }),
    ...(context !== undefined && { context }),
    ...(summary !== undefined && { summary }),
    ...(typeof response === 'string' && { response }),
    warnings: warning === undefined ? [] : [warning],
  };
}

/** A block of these is a verdict on the call. */
export const decides = (event: HookEvent): boolean => event === 'pre_tool_use' || event === 'permission_request';
