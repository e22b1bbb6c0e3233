import type { Clock } from '@holdfast/core';
import { readWindow } from '../io/read-text.ts';
import { changeTasks, loadTasks } from '../io/tasks-file.ts';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import type { Tasks } from '../rules/tasks.ts';
import { done, workTool, type Input, type Work } from './define.ts';
import type { Reach } from './reach.ts';
import { callKey, storePath } from './store-path.ts';

export interface TaskTools {
  /** As the agent file has it. */
  readonly path: string;
  readonly home: string;
  readonly clock: Clock;
  /** Where descriptions may be read from. */
  readonly reach: Reach;
}

/** Characters of a description that is read from a file. */
const LONGEST = 100_000;

type Reading = Pick<Work, 'name' | 'description' | 'parameters'> & { readonly answer: (tasks: Tasks, input: Input) => unknown };

/** What only looks needs no question: the file is the agent file's choice, not the model's. */
export const reading = ({ path, home }: TaskTools, { answer, ...rest }: Reading): Tool =>
  workTool({
    ...rest,
    readOnly: true,
    idempotent: true,
    sequential: false,
    category: 'tasks',
    touches: async () => ({ reads: [], writes: [] }),
    run: async (input, context) => json(answer(await loadTasks(await storePath(path, home, context)), input)),
  });

interface Change {
  readonly now: string;
  /** Of the task that a call makes. */
  readonly id: string;
  /** Read from a file, where the call names one. */
  readonly described: string | undefined;
}

type Writing = Pick<Work, 'name' | 'description' | 'parameters'> & {
  readonly change: (tasks: Tasks, input: Input, change: Change) => { readonly tasks: Tasks; readonly answer: unknown };
};

/** What runs again under its id changes nothing more. */
export const writing = (tools: TaskTools, { change, ...rest }: Writing): Tool =>
  workTool({
    ...rest,
    readOnly: false,
    idempotent: true,
    sequential: true,
    category: 'tasks',
    touches: async (input, context) => {
      const file = sourceOf(input);
      const reads = file === undefined ? [] : [await tools.reach.resolve(file, context)];
      return { reads, writes: [await storePath(tools.path, tools.home, context)] };
    },
    run: async (input, context) => {
      const described = await descriptionFrom(tools, input, context);
      const now = new Date(tools.clock.now()).toISOString();
      const path = await storePath(tools.path, tools.home, context);
      return json(await changeTasks(path, context.signal, (tasks) => change(tasks, input, { now, id: callKey(context), described })));
    },
  });

const json = (answer: unknown): ToolOutput => done(typeof answer === 'string' ? answer : JSON.stringify(answer));

const sourceOf = (input: Input): string | undefined => (input['path'] as string | undefined) || undefined;

async function descriptionFrom({ reach }: TaskTools, input: Input, context: ToolContext): Promise<string | undefined> {
  const file = sourceOf(input);
  if (file === undefined) return undefined;
  const real = await reach.resolve(file, context);
  const { text: read, more } = await readWindow(real, file, { offset: 1, limit: Infinity, cap: LONGEST }, context.signal);
  if (more) throw new Error(`${file} is too long for a description: at most ${LONGEST} characters.`);
  return read;
}
