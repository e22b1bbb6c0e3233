import { orAbort } from '@holdfast/core/engine';
import type { Hooks, ToolOutput } from '../ports.ts';
import type { RunEvent } from '../rules/events.ts';
import type { HookOutcome } from '../rules/hook-types.ts';
import { headAndTail, isTooLong, KEPT_BYTES } from '../rules/keep-output.ts';
import type { CallPorts, Landed, Ready } from './call-ports.ts';

const UNSEEN = 'It has run, but the user stopped the run before its output was looked at: it is not kept.';

/**
 * What becomes of a tool's output before it is recorded: hooks may replace it, add to it and end the run; what is too long goes into a file.
 * A stop ends the hooks, not the result: the tool has run.
 */
export async function afterUse(ports: CallPorts, ready: Ready, out: ToolOutput, signal: AbortSignal): Promise<Landed> {
  const { call } = ready;
  const { hooks } = ports.parts(ports.agent);
  const changed = hooks?.has('tool_response_transform')
    ? await hooked(ports, hooks, 'tool_response_transform', ready, out, signal)
    : undefined;
  // What a hook had not looked at may hold what it takes out.
  const unseen = signal.aborted && hooks?.has('tool_response_transform') === true && changed === undefined;
  const output = unseen ? UNSEEN : (changed?.response ?? (out.output || '(no output)'));
  const after = hooks?.has('post_tool_use') ? await hooked(ports, hooks, 'post_tool_use', ready, { ...out, output }, signal) : undefined;
  const text = after?.context ? [output, after.context].filter(Boolean).join('\n') : output;
  const kept = isTooLong(text) ? await capped(ports, call.id, text) : { text };
  const warnings = [...(changed?.warnings ?? []), ...(after?.warnings ?? [])];
  const result: Landed['result'] = {
    type: 'tool-result',
    id: call.id,
    name: call.name,
    output: kept.text,
    failed: out.failed,
    how: 'done',
    ...(kept.file !== undefined && { file: kept.file }),
    ...(!unseen && out.files && out.files.length > 0 && { files: out.files }),
  };
  const notices = warnings.map((text): RunEvent => ({ type: 'notice', text }));
  const halt = after && !after.allowed ? `a hook stopped the run after ${call.name}: ${after.message ?? 'no reason given'}` : undefined;
  return { result, events: [...(out.events ?? []), ...notices], ...(halt !== undefined && { halt }) };
}

async function hooked(
  { parts, agent: name, log }: CallPorts,
  hooks: Hooks,
  event: 'post_tool_use' | 'tool_response_transform',
  { call, tool, input }: Ready,
  { output, failed }: ToolOutput,
  signal: AbortSignal,
): Promise<HookOutcome | undefined> {
  const { agent } = parts(name);
  const facts = {
    session_id: log.session,
    cwd: agent.cwd,
    agent_name: name,
    tool_name: call.name,
    tool_use_id: call.id,
    tool_input: input,
  };
  const category = tool.category === undefined ? {} : { tool_category: tool.category };
  const work = hooks.run(event, { ...facts, ...category, tool_response: output, tool_error: failed }, signal);
  return orAbort(work, signal).catch((error: unknown) => {
    // Stopped: what the tool did is done, whatever a hook had made of it.
    if (signal.aborted) return undefined;
    throw error;
  });
}

/** Shortened for the model, and whole in a file where there is a place for files. */
async function capped(
  { keepOutput, log, redact }: CallPorts,
  call: string,
  whole: string,
): Promise<{ readonly text: string; readonly file?: string }> {
  // Before it is cut: half of a secret is not known any more.
  const text = redact(whole);
  const file = await keepOutput?.(log.session, call, text).catch(() => undefined);
  return { text: headAndTail(text, KEPT_BYTES, file), ...(file !== undefined && { file }) };
}
