import { describe, expect, it } from 'vitest';
import { load } from './load.ts';
import { problemLine } from './problem.ts';

const env = (): string => 'set';
const check = (
  lanes: string,
  tiers = 'tiers: { smart: { models: [anthropic/claude-sonnet-4-5, openai/gpt-5], timeouts: { attempt: 60s } } }',
) => load(`${tiers}\nlanes: ${lanes}\n`, 'holdfast.yaml', { env });

describe('lanes of a file', () => {
  it('become the words of the library, durations in ms', () => {
    const { file, problems } = check(
      '{ claude: { match: ["anthropic/*"], concurrency: 8, queue: 500, queue_per_caller: 50, weights: { ci: 1, people: 4 }, exec_timeout: 5m, queue_timeout: 30, hold: open, max_open_streams: 40, rpm: 60 }, default: {}, none: { match: [ollama] } }',
    );
    expect(problems).toEqual([]);
    expect(file?.lanes).toEqual({
      claude: {
        match: ['anthropic/*'],
        concurrency: 8,
        queue: 500,
        queuePerCaller: 50,
        weights: { ci: 1, people: 4 },
        execTimeout: 300_000,
        queueTimeout: 30_000,
        hold: 'open',
        maxOpenStreams: 40,
        rpm: 60,
      },
      default: {},
      none: { match: ['ollama'] },
    });
  });

  it.each([
    ['{ a: {} }', '2:10: error: lanes.a: "match" is missing; write provider/model, provider/prefix*, provider or *'],
    ['{ a: { match: ["anth*"] } }', '2:23: error: lanes.a.match[0]: "anth*" is no pattern'],
    ['{ a: { match: ["anthropic", "anthropic/*"] } }', '2:36: error: lanes.a.match[1]: "anthropic/*" stands in lane a already'],
    [
      '{ a: { match: ["antropic/*"] } }',
      '2:23: error: lanes.a.match[0]: there is no provider "antropic": nothing would be in this lane; did you mean "anthropic"?',
    ],
    [
      '{ a: { match: ["anthropic/*"], exec_timeout: 30s } }',
      '2:39: error: lanes.a.exec_timeout: 30s is not longer than the limit attempt (60s) of tier smart, whose anthropic/claude-sonnet-4-5 is in this lane; make it longer',
    ],
    [
      '{ a: { match: ["openai/*"], exec_timeout: 60s } }',
      '2:36: error: lanes.a.exec_timeout: 60s is not longer than the limit attempt (60s) of tier smart, whose openai/gpt-5',
    ],
    ['{ a: { match: ["*"], weights: { ci: 0 } } }', '2:44: error: lanes.a.weights.ci'],
    ['{ a: { match: ["*"], weights: { ci: -2 } } }', '2:44: error: lanes.a.weights.ci'],
    ['{ a: { match: ["*"], concurency: 2 } }', '2:29: error: lanes.a.concurency: unknown key "concurency"; did you mean "concurrency"?'],
    ['{ a: { match: ["*"], rpm: 0 } }', '2:34: error: lanes.a.rpm'],
  ])('%s', (lanes, start) => {
    const lines = check(lanes).problems.map(problemLine);
    expect(lines.find((line) => line.startsWith(`holdfast.yaml:${start}`)) ?? lines).toEqual(expect.stringContaining(start));
  });

  it('a lane of the gateway file is looked at for the tiers of the agent file, and said at the limit it cuts short', () => {
    const base = load('lanes: { a: { match: ["openai/*"], exec_timeout: 30s } }\n', 'holdfast.yaml', { env }).file!;
    const text = (attempt: string): string =>
      `tiers:\n  smart: { models: openai/gpt-5, timeouts: { attempt: ${attempt} } }\nagents: { root: { model: smart } }\n`;
    expect(load(text('60s'), 'agent.yaml', { env, base }).problems.map(problemLine)).toEqual([
      'agent.yaml:2:34: error: tiers.smart.timeouts: the exec_timeout of lane a, 30s is not longer than the limit attempt (60s) of tier smart, whose openai/gpt-5 is in this lane; make the limit shorter',
    ]);
    expect(load(text('20s'), 'agent.yaml', { env, base }).problems).toEqual([]);
  });

  it('an exec_timeout above the limits inside it is right, and so is one of a lane none of those models is in', () => {
    expect(check('{ a: { match: ["anthropic/*"], exec_timeout: 61s } }').problems).toEqual([]);
    expect(check('{ a: { match: ["mistral/*"], exec_timeout: 10s } }').problems).toEqual([]);
  });
});
