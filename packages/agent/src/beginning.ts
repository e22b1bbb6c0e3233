import type { ActiveSession } from './active-session.ts';
import type { SessionRules } from './rules/events.ts';
import type { Said, StartInput } from './runtime.ts';

/** What a run begins with beside what is said. */
export interface Beginning {
  /** Who speaks first in a new session. */
  readonly first?: string;
  /** Who goes on in one there is. */
  readonly chosen?: string;
  readonly permissions?: SessionRules;
  readonly models?: StartInput['models'];
}

/** `main`: who speaks first where nobody was chosen. Throws for an agent that is not there, before there is a session that names it. */
export function beginningOf(
  { session, agent: chosen, permissions, models = [] }: StartInput,
  main: string,
  agents: AgentsByName,
): Beginning {
  if (chosen !== undefined) agents(chosen);
  return {
    ...(session === undefined && { first: chosen ?? main }),
    ...(session !== undefined && chosen !== undefined && { chosen }),
    ...(permissions && { permissions }),
    models,
  };
}

type AgentsByName = (name: string) => unknown;

/** Something waits that a run would take; an answer waits for its question. */
export const heard = async ({ inbox }: ActiveSession): Promise<boolean> => (await inbox.pull()).some(({ kind }) => kind !== 'answer');

export function saidIn(prompt: StartInput['prompt']): readonly Said[] {
  if (prompt === undefined) return [];
  if (typeof prompt === 'string') return [{ text: prompt }];
  return Array.isArray(prompt) ? (prompt as readonly Said[]) : [prompt as Said];
}
