import type { CommandPorts } from '../file-commands.ts';
import type { Talk } from './ground.ts';

/** What commands of the file and of its servers stand on. */
export function commandPorts({ ground, context, signal, session }: Talk): CommandPorts {
  const { agents, parts, runtime } = ground;
  const rules = async () => (session === undefined ? undefined : (await runtime.state(session)).rules);
  return { agents, parts, env: context.env, signal, session, rules };
}
