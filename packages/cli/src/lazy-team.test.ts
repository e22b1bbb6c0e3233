import type { AgentParts } from '@holdfast/agent/engine';
import { describe, expect, it } from 'vitest';
import { LazyTeam } from './lazy-team.ts';

const parts = (name: string) => ({ agent: { name } }) as AgentParts;

describe('a team that is made as it is called', () => {
  it('makes each agent once, when it is asked for, and lists only the names of the file', () => {
    const made: string[] = [];
    const team = new LazyTeam(['a', 'b'], (name) => {
      made.push(name);
      return name === 'nobody' ? undefined : parts(name);
    });
    expect([...team.keys()]).toEqual(['a', 'b']);
    expect([team.size, team.has('a'), team.has('a:skill')]).toEqual([2, true, false]);
    expect(made).toEqual([]);
    expect(team.get('b')).toBe(team.get('b'));
    expect(team.get('b:skill')?.agent.name).toBe('b:skill');
    expect(team.get('nobody')).toBeUndefined();
    expect(made).toEqual(['b', 'b:skill', 'nobody']);
    expect([...team].map(([name, { agent }]) => [name, agent.name])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
    const seen: string[] = [];
    team.forEach(({ agent }) => seen.push(agent.name));
    expect([seen, [...team.values()].length]).toEqual([['a', 'b'], 2]);
    expect(made).toEqual(['b', 'b:skill', 'nobody', 'a']);
  });
});
