import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTools } from '../rules/tool-search.ts';
import { callTool } from '../testing/tool-call.ts';
import { deferredTools } from './deferred.ts';

const TOOLS = [
  { name: 'github_create_issue', description: 'Opens an issue in a repository' },
  { name: 'github_list_issues', description: 'Lists the issues of a repository' },
  { name: 'slack_post', description: 'Sends a message; can name an issue' },
  { name: 'café', description: 'Ordering' },
];
const found = async (query: string, tools = TOOLS) => {
  const { output, failed } = await callTool(
    deferredTools(() => tools),
    'search_tool',
    { query },
  );
  return failed ? output : (JSON.parse(output.split('\n')[0]!) as { name: string }[]).map(({ name }) => name);
};

describe('deferred tools', () => {
  it('are found by words of their name first, then of their description', async () => {
    expect(await found('issue')).toEqual(['github_create_issue', 'github_list_issues', 'slack_post']);
    expect(await found('list ISSUE')).toEqual(['github_list_issues']);
    expect(await found('issue weather')).toEqual(['github_create_issue', 'github_list_issues', 'slack_post']);
    expect(await found('cafe')).toEqual(['café']);
    expect(await found('')).toEqual(TOOLS.map(({ name }) => name));
    expect(await found('weather')).toBe('No tool is found by "weather" (there are 4 to be found). Try other words, or none.');
  });

  it('are got by name, as an event of the session', async () => {
    const tools = deferredTools(() => TOOLS);
    expect(await callTool(tools, 'add_tool', { name: 'slack_post' })).toEqual({
      output: 'You have slack_post from your next turn on: Sends a message; can name an issue',
      failed: false,
      events: [{ type: 'tools-added', names: ['slack_post'] }],
    });
    expect(await callTool(tools, 'add_tool', { name: 'slack_pots' })).toEqual({
      output: 'There is no tool "slack_pots" to be got, or you have it already. Did you mean "slack_post"?',
      failed: true,
    });
  });

  it('are looked up as they are at that moment, and not all shown when there are many', async () => {
    let tools: typeof TOOLS = [];
    const [search] = deferredTools(() => tools);
    expect((await callTool([search!], 'search_tool', { query: '' })).failed).toBe(true);
    tools = Array.from({ length: 60 }, (_, n) => ({ name: `t${n}`, description: '' }));
    const { output } = await callTool([search!], 'search_tool', { query: '' });
    expect(output).toMatch(/"t49".*\n\[… 10 more: use other words\]$/);
  });

  it('whatever is asked for, only what there is is found, once each', () =>
    fc.assert(
      fc.property(fc.string(), fc.array(fc.record({ name: fc.string(), description: fc.string() })), (query, tools) => {
        const hits = findTools(query, tools);
        expect(new Set(hits).size).toBe(hits.length);
        expect(hits.every((hit) => tools.includes(hit))).toBe(true);
      }),
    ));
});
