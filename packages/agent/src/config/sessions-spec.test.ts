import { describe, expect, it } from 'vitest';
import { load } from './load.ts';
import { problemLine } from './problem.ts';

const env = () => undefined;
const sectionOf = (sessions: string, base?: ReturnType<typeof load>['file']) =>
  load(`providers: { w: { base_url: "http://127.0.0.1:1/v1" } }\n${sessions}\n`, 'holdfast.yaml', { env, ...(base && { base }) });

describe('what is kept of sessions', () => {
  it('is said as an age, a number, or both; nothing said keeps all', () => {
    expect(sectionOf('sessions: { keep: 90d, max: 1000 }')).toMatchObject({
      kind: 'gateway',
      problems: [],
      file: { sessions: { keep: 90 * 86_400_000, max: 1000 } },
    });
    expect(sectionOf('sessions: { max: 5 }').file?.sessions).toEqual({ max: 5 });
    expect(sectionOf('').file?.sessions).toEqual({});
  });

  it.each([
    ['sessions: { keep: soon }', 'holdfast.yaml:2:19: error: sessions.keep'],
    ['sessions: { max: 0 }', 'holdfast.yaml:2:18: error: sessions.max'],
    ['sessions: { maxx: 1 }', 'did you mean "max"?'],
    ['sessions: all', 'holdfast.yaml:2:11: error: sessions'],
  ])('%s is an error, with its place', (section, wanted) => {
    expect(sectionOf(section).problems.map(problemLine)).toEqual([expect.stringContaining(wanted)]);
  });

  it('an agent file says it over the gateway file behind it, key by key', () => {
    const base = sectionOf('sessions: { keep: 90d, max: 1000 }').file;
    const own = load('agents: { root: { model: w/one } }\nsessions: { max: 5 }\n', 'a.yaml', { env, ...(base && { base }) });
    expect(own.problems).toEqual([]);
    expect(own.file?.sessions).toEqual({ keep: 90 * 86_400_000, max: 5 });
  });
});
