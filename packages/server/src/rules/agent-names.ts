import { nearest } from '@holdfast/core/engine';

/** An agent file that is served, and who is in it; the first agent answers when none is named. */
export interface NamedTeam {
  readonly name: string;
  readonly agents: readonly string[];
}

export type MeantAgent = { readonly team: string; readonly agent?: string } | { readonly fault: string };

/**
 * Whom a client means: the name of a served file, `FILE/AGENT`, or an agent that only one file has. Without a name the only file there is.
 */
export function meantAgent(written: string | undefined, teams: readonly NamedTeam[]): MeantAgent {
  if (teams.length === 0) return { fault: 'no agents are served here: start the server with --agent FILE' };
  if (written === undefined) {
    const [only, ...more] = teams;
    return only && more.length === 0 ? { team: only.name } : { fault: `say which agent: ${listOf(teams)}` };
  }
  const team = teams.find(({ name }) => name === written);
  if (team) return { team: team.name };
  const within = inTeam(written, teams);
  if (within) return within;
  const having = teams.filter(({ agents }) => agents.includes(written));
  if (having.length === 1) return { team: having[0]!.name, agent: written };
  if (having.length > 1)
    return { fault: `several files have an agent "${shown(written)}": say ${having.map(({ name }) => `${name}/${written}`).join(' or ')}` };
  return { fault: `no agent "${shown(written)}" is served here${near(written, teams)}; there are ${listOf(teams)}` };
}

function inTeam(written: string, teams: readonly NamedTeam[]): MeantAgent | undefined {
  const slash = written.indexOf('/');
  const team = slash < 0 ? undefined : teams.find(({ name }) => name === written.slice(0, slash));
  if (!team) return undefined;
  const agent = written.slice(slash + 1);
  return team.agents.includes(agent)
    ? { team: team.name, agent }
    : { fault: `${team.name} has no agent "${shown(agent)}"; there are ${team.agents.join(', ')}` };
}

/** Without an order or a word about what else is there: `FILE (AGENT, AGENT)`. */
const listOf = (teams: readonly NamedTeam[]): string => teams.map(({ name, agents }) => `${name} (${agents.join(', ')})`).join(', ');

const shown = (name: string): string => (name.length > 60 ? `${name.slice(0, 59)}…` : name);

function near(written: string, teams: readonly NamedTeam[]): string {
  const best = nearest(
    written,
    teams.flatMap(({ name, agents }) => [name, ...agents]),
  );
  return best === undefined ? '' : ` (did you mean "${best}"?)`;
}
