import type { Handle } from '../drive.ts';
import { UNHOOKED } from '../rules/hook-types.ts';
import type { Scope } from '../scope.ts';

export const hookHandler =
  ({ parts, log }: Scope): Handle<'hook'> =>
  async ({ event, input }, signal) => {
    const { hooks, agent } = parts(String(input['agent_name'] ?? ''));
    return hooks ? hooks.run(event, { session_id: log.session, cwd: agent.cwd, agent_name: agent.name, ...input }, signal) : UNHOOKED;
  };
