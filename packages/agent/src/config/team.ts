import type { AgentFile, AgentSpec } from './file.ts';

/** The agents that a run of one agent can come to, itself first: those it passes tasks to, hands over to, or that its commands name. */
export function teamOf(file: AgentFile, start: string): readonly AgentSpec[] {
  const met = new Set([start]);
  for (const name of met) {
    const agent = file.agents.get(name);
    for (const next of agent === undefined ? [] : namedBy(agent)) if (file.agents.has(next)) met.add(next);
  }
  return [...met].flatMap((name) => file.agents.get(name) ?? []);
}

const namedBy = ({ subAgents, handoffs, forceHandoff, commands }: AgentSpec): readonly string[] => [
  ...subAgents,
  ...handoffs,
  ...(forceHandoff === undefined ? [] : [forceHandoff]),
  ...[...commands.values()].flatMap(({ agent }) => agent ?? []),
];

/** Each ring of a graph once, from the first of its members in the order of the file: `[a, b, a]`. */
export function rings(names: Iterable<string>, next: (name: string) => readonly string[]): readonly (readonly string[])[] {
  const done = new Set<string>();
  const found: (readonly string[])[] = [];
  const walk = (name: string, way: readonly string[]): void => {
    const again = way.indexOf(name);
    if (again >= 0) return void found.push([...way.slice(again), name]);
    if (done.has(name)) return;
    for (const one of next(name)) walk(one, [...way, name]);
    done.add(name);
  };
  for (const name of names) walk(name, []);
  return found;
}
