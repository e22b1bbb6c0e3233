import type { ContextAsk } from './handlers/call-ports.ts';
import { elicitor } from './handlers/elicit.ts';
import type { PathFacts, PathPorts } from './path-ports.ts';
import type { ToolContext } from './ports.ts';
import type { ToolCall } from './rules/events.ts';

/** What a tool is given with one call. Without `ask` it is only looked at, and has nobody to ask. */
export function callContext(
  { live, redact, agents }: PathPorts,
  { path, log, inbox, attended }: PathFacts,
  agent: string,
  call: ToolCall,
  signal: AbortSignal,
  ask?: ContextAsk,
): ToolContext {
  const { id } = call;
  return {
    id,
    cwd: agents(agent).agent.cwd,
    signal,
    session: log.session,
    agent,
    path,
    live: (text) => {
      if (live.heard && !signal.aborted)
        live.send(redact({ type: 'tool-output', session: log.session, run: log.run, path, call: id, text }));
    },
    elicit: ask
      ? elicitor({ path, inbox, attended, redact, record: ask.record }, call, ask.before, ask.asking)
      : async () => ({ action: 'decline' }),
  };
}
