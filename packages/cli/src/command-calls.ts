import { failedCall, headAndTail, judgedCommand, unknownTool, type AgentParts, type CommandCall } from '@holdfast/agent/engine';
import { follow, systemClock, systemNewId } from '@holdfast/core/engine';
import type { Ground } from './conversation/ground.ts';
import { lookAt, toolsOf } from './conversation/tool-look.ts';

/** Ms that one call in the text of a command may take. */
const LONGEST = 30_000;

export interface CallPorts {
  /** Absent where tools are elsewhere. */
  readonly parts: Ground['parts'] | undefined;
  readonly session: string | undefined;
  /** Rules that the session has of its own. */
  readonly rules: () => Promise<Parameters<AgentParts['permit']>[0]['session']>;
  readonly signal: AbortSignal;
}

/**
 * The output of a call that a command's text makes. Consent was given to the file's own words, so that nothing is asked; what a rule
 * or a hook denies stays denied, whatever the words are. Rejects when the signal fires, and for nothing else.
 */
export async function outputOf(agent: string, call: CommandCall, ports: CallPorts): Promise<string> {
  using link = follow(ports.signal);
  const letGo = systemClock.after(LONGEST, () => link.abort(new Error(`it took longer than ${LONGEST / 1000} s`)));
  try {
    const asked = { id: systemNewId(), name: call.tool, input: JSON.stringify(call.args) };
    const looked = await lookAt(ports, { agent, session: ports.session ?? '', path: [], call: asked }, link.signal);
    if (!looked) return unknownTool(call, await namesOf(agent, ports, link.signal));
    const { parts, tool, context } = looked;
    const session = await ports.rules();
    const grants = { allowed: new Set<string>(), ...(session && { session }) };
    const { judgement, input, hook } = await judgedCommand(parts, tool, looked.input, context, grants);
    if (judgement.do === 'refuse') return failedCall(call, judgement.output);
    if (hook?.decision === 'ask') return failedCall(call, hook.reason ?? 'a hook wants it to be approved, and a command asks nobody');
    const { output, failed } = await (await tool.prepare(input, context)).run();
    return failed ? failedCall(call, output) : headAndTail(output.trimEnd());
  } catch (error) {
    ports.signal.throwIfAborted();
    const { message } = (link.signal.aborted ? link.signal.reason : error) as Error;
    return failedCall(call, message);
  } finally {
    letGo();
  }
}

async function namesOf(agent: string, { parts: partsOf }: CallPorts, signal: AbortSignal): Promise<readonly string[]> {
  const parts = partsOf?.(agent);
  return parts ? (await toolsOf(parts, signal)).map(({ name }) => name) : [];
}
