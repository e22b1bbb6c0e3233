import { nearest } from '@holdfast/core/engine';
import type { Tool } from '../ports.ts';
import { findTools, type Findable } from '../rules/tool-search.ts';
import { done, failure, object, text, workTool } from './define.ts';

const MOST_FOUND = 50;
const KIND = { readOnly: true, idempotent: true, category: 'deferred', touches: async () => ({ reads: [], writes: [] }) } as const;

/** How a model gets tools it is not told of from the start. `list`: those it does not have yet, as they are now. */
export const deferredTools = (list: () => readonly Findable[]): readonly Tool[] => [
  workTool({
    ...KIND,
    name: 'search_tool',
    description: 'Looks for more tools by words of their name or description. Those found can be got with add_tool.',
    parameters: object({ query: text('Words to look for, such as "remote" or "read file"; empty: all') }, ['query']),
    sequential: false,
    run: async (input) => {
      const query = input['query'] as string;
      const found = findTools(query, list());
      if (found.length === 0)
        return failure(`No tool is found by "${query}" (there are ${list().length} to be found). Try other words, or none.`);
      const shown = found.slice(0, MOST_FOUND).map(({ name, description }) => ({ name, description }));
      const more = found.length > MOST_FOUND ? `\n[… ${found.length - MOST_FOUND} more: use other words]` : '';
      return done(`${JSON.stringify(shown)}${more}`);
    },
  }),
  workTool({
    ...KIND,
    name: 'add_tool',
    description: 'Gets a tool that search_tool found: you can call it from your next turn on.',
    parameters: object({ name: text('Name of the tool') }, ['name']),
    sequential: true,
    run: async (input) => {
      const name = input['name'] as string;
      const tool = list().find((one) => one.name === name);
      if (!tool) {
        const near = nearest(
          name,
          list().map((one) => one.name),
        );
        return failure(
          `There is no tool "${name}" to be got, or you have it already${near === undefined ? '' : `. Did you mean "${near}"?`}`,
        );
      }
      return { ...done(`You have ${name} from your next turn on: ${tool.description}`), events: [{ type: 'tools-added', names: [name] }] };
    },
  }),
];
