import type { Clock } from '@holdfast/core';
import { MemoriesFile, type MemoryQuery } from '../io/memories-file.ts';
import type { Tool, ToolContext } from '../ports.ts';
import { done, failure, object, text, workTool, type Input } from './define.ts';
import { callKey, storePath } from './store-path.ts';

export interface MemoryTools {
  /** As the agent file has it, or one of ours; undefined: there is nowhere to keep anything. */
  readonly path: string | undefined;
  readonly home: string;
  readonly clock: Clock;
}

async function fileOf({ path, home }: MemoryTools, context: ToolContext): Promise<string> {
  if (path === undefined) throw new Error('There is nowhere to keep memories: give the memory toolset a path in the agent file.');
  return storePath(path, home, context);
}

const open = async (tools: MemoryTools, context: ToolContext) => new MemoriesFile(await fileOf(tools, context));

/** What is remembered is the agent's own: looking at it needs no question, changing it does. */
const READS = {
  readOnly: true,
  idempotent: true,
  sequential: false,
  category: 'memory',
  touches: async () => ({ reads: [], writes: [] }),
} as const;
const writes = (tools: MemoryTools) =>
  ({
    readOnly: false,
    idempotent: true,
    sequential: true,
    category: 'memory',
    touches: async (_input: Input, context: ToolContext) => ({ reads: [], writes: [await fileOf(tools, context)] }),
  }) as const;

const id = text('Id of the memory');

export const memoryTools = (tools: MemoryTools): readonly Tool[] => [
  addMemory(tools),
  workTool({
    ...READS,
    name: 'get_memories',
    description: 'Shows everything you remember from before. For something in particular use search_memories.',
    parameters: object({}, []),
    run: (_input, context) => found(tools, { words: [] }, context),
  }),
  workTool({
    ...writes(tools),
    name: 'delete_memory',
    description: 'Forgets one memory.',
    parameters: object({ id }, ['id']),
    run: async (input, context) => {
      const given = input['id'] as string;
      const gone = await (await open(tools, context)).delete(given, context.signal);
      return gone ? done(`Forgotten: ${given}`) : missing(given);
    },
  }),
  workTool({
    ...READS,
    name: 'search_memories',
    description:
      'Looks for memories in which all the given words occur, of a category or of any. Do it before you ask the user what you may know.',
    parameters: object({ query: text('Words, with spaces between them'), category: text('Only of this category') }, []),
    run: (input, context) => {
      const words = ((input['query'] as string | undefined) ?? '').split(/\s+/).filter((word) => word !== '');
      const category = (input['category'] as string | undefined) || undefined;
      return found(tools, { words, ...(category !== undefined && { category }) }, context);
    },
  }),
  updateMemory(tools),
];

const addMemory = (tools: MemoryTools): Tool =>
  workTool({
    ...writes(tools),
    name: 'add_memory',
    description:
      'Remembers something beyond this conversation: a preference, a correction, a decision, how the project does things. To change what you remember already use update_memory.',
    parameters: object({ memory: text('What to remember'), category: text('Such as preference, fact, project, decision') }, ['memory']),
    run: async (input, context) => {
      const key = callKey(context);
      const created_at = new Date(tools.clock.now()).toISOString();
      const memory = { id: key, created_at, memory: wordsOf(input), category: (input['category'] as string | undefined) ?? '' };
      await (await open(tools, context)).add(memory, context.signal);
      return done(`Remembered, with the id ${key}`);
    },
  });

const updateMemory = (tools: MemoryTools): Tool =>
  workTool({
    ...writes(tools),
    name: 'update_memory',
    description: 'Changes what one memory says, and its category where one is given.',
    parameters: object({ id, memory: text('What to remember instead'), category: text('New category') }, ['id', 'memory']),
    run: async (input, context) => {
      const given = input['id'] as string;
      const category = (input['category'] as string | undefined) || undefined;
      const changed = await (await open(tools, context)).update(given, wordsOf(input), category, context.signal);
      return changed ? done(`Changed: ${given}`) : missing(given);
    },
  });

function wordsOf(input: Input): string {
  const memory = input['memory'] as string;
  if (memory.trim() === '') throw new Error('memory is empty.');
  return memory;
}

async function found(tools: MemoryTools, query: MemoryQuery, context: ToolContext) {
  const { found: memories, left } = await (await open(tools, context)).find(query, context.signal);
  return done(`${JSON.stringify(memories)}${left > 0 ? `\n[… ${left} older ones are not shown: look for words]` : ''}`);
}

const missing = (given: string) => failure(`There is no memory with the id ${given}; search_memories finds those there are.`);
