import type { Tool } from '../ports.ts';
import {
  inOrder,
  isPriority,
  isTaskStatus,
  nextTask,
  PRIORITIES,
  seen,
  TASK_STATUSES,
  withoutTask,
  withTask,
  type Task,
  type Tasks,
} from '../rules/tasks.ts';
import { listOf, object, oneOf, text, type Input } from './define.ts';
import { reading, writing, type TaskTools } from './task-tool.ts';

function taskOf(tasks: Tasks, id: unknown): Task {
  const task = tasks.get(id as string);
  if (!task) throw new Error(`There is no task ${String(id)}; list_tasks shows those there are.`);
  return task;
}

const stored = (tasks: Tasks, task: Task) => {
  const after = withTask(tasks, task);
  return { tasks: after, answer: seen(after.get(task.id)!, after) };
};

/** What a call says about a task; what it leaves out, or leaves empty, stays. */
function said(input: Input, described: string | undefined): Partial<Task> {
  const { title, description, priority, status, dependencies } = input as Readonly<Record<string, string | undefined>> & {
    dependencies?: string[];
  };
  if (priority && !isPriority(priority)) throw new Error(`There is no priority "${priority}"; there are ${PRIORITIES.join(', ')}.`);
  if (status && !isTaskStatus(status)) throw new Error(`There is no status "${status}"; there are ${TASK_STATUSES.join(', ')}.`);
  const words = described ?? description;
  return {
    ...(title && { title }),
    ...(words && { description: words }),
    ...(priority && { priority: priority as Task['priority'] }),
    ...(status && { status: status as Task['status'] }),
    ...(dependencies && { dependencies }),
  };
}

const id = text('Id of the task');
const FIELDS = {
  description: text('What is to be done (path wins over it)'),
  path: text('A text file that holds the description'),
  priority: oneOf(PRIORITIES, `${PRIORITIES.join(', ')}; medium unless given`),
  dependencies: listOf({ type: 'string' }, 'Ids of tasks that must be done before'),
};
const LINK = { taskId: text('The task that has to wait'), dependsOnId: text('The task it waits for') };

export const taskTools = (tools: TaskTools): readonly Tool[] => [
  createTask(tools),
  reading(tools, {
    name: 'get_task',
    description: 'Shows one task. Its effectiveStatus is "blocked" while a task it depends on is not done.',
    parameters: object({ id }, ['id']),
    answer: (tasks, input) => seen(taskOf(tasks, input['id']), tasks),
  }),
  updateTask(tools),
  writing(tools, {
    name: 'delete_task',
    description: 'Removes a task; what depended on it does not any more.',
    parameters: object({ id }, ['id']),
    change: (tasks, input) => ({ tasks: withoutTask(tasks, taskOf(tasks, input['id']).id), answer: { deleted: input['id'] } }),
  }),
  reading(tools, {
    name: 'list_tasks',
    description: 'Shows tasks: what can be worked on first, by priority and age, blocked ones last.',
    parameters: object(
      { status: oneOf(TASK_STATUSES, 'Only of this effective status'), priority: oneOf(PRIORITIES, 'Only of this priority') },
      [],
    ),
    answer: (tasks, { status, priority }) => {
      said({ status, priority }, undefined);
      return inOrder(tasks).filter((task) => (!status || task.effectiveStatus === status) && (!priority || task.priority === priority));
    },
  }),
  reading(tools, {
    name: 'next_task',
    description: 'Shows the task to work on next: the most urgent one that is neither done nor blocked.',
    parameters: object({}, []),
    answer: (tasks) => nextTask(tasks) ?? 'There is nothing to work on: every task is done or blocked.',
  }),
  writing(tools, {
    name: 'add_dependency',
    description: 'Makes one task wait for another.',
    parameters: object(LINK, ['taskId', 'dependsOnId']),
    change: (tasks, { taskId, dependsOnId }, { now: updatedAt }) => {
      const task = taskOf(tasks, taskId);
      return stored(tasks, { ...task, dependencies: [...task.dependencies, dependsOnId as string], updatedAt });
    },
  }),
  writing(tools, {
    name: 'remove_dependency',
    description: 'Lets a task no longer wait for another.',
    parameters: object(LINK, ['taskId', 'dependsOnId']),
    change: (tasks, { taskId, dependsOnId }, { now: updatedAt }) => {
      const task = taskOf(tasks, taskId);
      return stored(tasks, { ...task, dependencies: task.dependencies.filter((one) => one !== dependsOnId), updatedAt });
    },
  }),
];

const createTask = (tools: TaskTools): Tool =>
  writing(tools, {
    name: 'create_task',
    description: `Adds a task to the list of the project, which outlives this session. Priorities: ${PRIORITIES.join(' > ')}.`,
    parameters: object({ title: text('What it is called'), ...FIELDS }, ['title']),
    change: (tasks, input, change) => {
      const before = tasks.get(change.id);
      if (before) return { tasks, answer: seen(before, tasks) };
      if ((input['title'] as string).trim() === '') throw new Error('title is empty.');
      const times = { createdAt: change.now, updatedAt: change.now };
      const fresh: Task = { id: change.id, title: '', description: '', priority: 'medium', status: 'pending', dependencies: [], ...times };
      return stored(tasks, { ...fresh, ...said({ ...input, status: undefined }, change.described) });
    },
  });

const updateTask = (tools: TaskTools): Tool =>
  writing(tools, {
    name: 'update_task',
    description: 'Changes what is given of a task. Set it "in_progress" when you begin with it and "done" when it is done.',
    parameters: object(
      { id, title: text('New title'), ...FIELDS, status: oneOf(TASK_STATUSES, `New status: ${TASK_STATUSES.join(', ')}`) },
      ['id'],
    ),
    change: (tasks, input, { now: updatedAt, described }) =>
      stored(tasks, { ...taskOf(tasks, input['id']), ...said(input, described), updatedAt }),
  });
