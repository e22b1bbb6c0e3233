import type { Handle } from '../drive.ts';
import type { Permit, Tool } from '../ports.ts';
import { argumentsOf } from '../rules/arguments.ts';
import type { ToolCall } from '../rules/events.ts';
import { unknownTool } from '../rules/outcome.ts';
import type { Verdict } from '../rules/world.ts';
import type { Judged } from './judged.ts';

export interface PermitPorts {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly permit: Permit;
  readonly judged: Judged;
  readonly cwd: string;
  readonly attended: boolean;
}

/** A call that cannot run is refused here, in words its model can act on; the rest is for the rules. */
export const permitHandler =
  (ports: PermitPorts): Handle<'permit'> =>
  ({ state, calls }, signal) =>
    Promise.all(calls.map((call) => judge(ports, call, state.allowed, signal)));

async function judge(ports: PermitPorts, call: ToolCall, allowed: ReadonlySet<string>, signal: AbortSignal): Promise<Verdict> {
  const { id } = call;
  const { tools, permit, cwd, attended } = ports;
  const tool = tools.get(call.name);
  if (!tool) return { id, do: 'refuse', output: unknownTool(call.name, [...tools.keys()]) };
  const parsed = argumentsOf(call);
  if ('error' in parsed) return { id, do: 'refuse', output: parsed.error };
  const { input } = parsed;
  const touched = await tool.touches(input, { id, cwd, signal }).then(
    (touches) => ({ touches }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  if ('error' in touched) return { id, do: 'refuse', output: touched.error };
  ports.judged.set(id, touched.touches);
  return { id, ...permit({ tool, input, touches: touched.touches, allowed, attended }) };
}
