/** Tasks of a project, in docker-agent's file format. A task is blocked while one it depends on is not done. */
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly priority: Priority;
  readonly status: TaskStatus;
  readonly dependencies: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** From the most urgent on. */
export const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];
export const TASK_STATUSES = ['pending', 'in_progress', 'done', 'blocked'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** By id. */
export type Tasks = ReadonlyMap<string, Task>;

export interface SeenTask extends Task {
  readonly effectiveStatus: TaskStatus;
}

/** What `text` holds; throws what is wrong with it. What a task has beside our fields stays. */
export function readTasks(text: string): Tasks {
  if (text.trim() === '') return new Map();
  const stored: unknown = JSON.parse(text);
  if (!isMap(stored) || !isMap(stored['tasks'] ?? {})) throw new Error('it is not a list of tasks');
  const entries = Object.entries((stored['tasks'] ?? {}) as Readonly<Record<string, unknown>>);
  for (const [id, task] of entries) if (!isTask(id, task)) throw new Error(`its task ${JSON.stringify(id)} is not one`);
  return new Map(entries as [string, Task][]);
}

export const writeTasks = (tasks: Tasks): string => `${JSON.stringify({ tasks: Object.fromEntries(tasks) }, undefined, 2)}\n`;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isTask(id: string, value: unknown): boolean {
  if (!isMap(value)) return false;
  const { dependencies, priority, status } = value;
  const texts = ['title', 'description', 'createdAt', 'updatedAt'].every((key) => typeof value[key] === 'string');
  const listed = Array.isArray(dependencies) && dependencies.every((one) => typeof one === 'string');
  // `__proto__` as a key would not come back out of an object.
  return value['id'] === id && id !== '__proto__' && texts && listed && isPriority(priority) && isTaskStatus(status);
}

export const isPriority = (value: unknown): value is Priority => PRIORITIES.includes(value as Priority);
export const isTaskStatus = (value: unknown): value is TaskStatus => TASK_STATUSES.includes(value as TaskStatus);

export const seen = (task: Task, tasks: Tasks): SeenTask => ({ ...task, effectiveStatus: statusOf(task, tasks) });

function statusOf({ status, dependencies }: Task, tasks: Tasks): TaskStatus {
  if (status === 'done') return 'done';
  return dependencies.some((id) => (tasks.get(id)?.status ?? 'done') !== 'done') ? 'blocked' : status;
}

/** What can be worked on first, by priority, then by age; blocked ones last. */
export function inOrder(tasks: Tasks): readonly SeenTask[] {
  const rank = ({ effectiveStatus, priority }: SeenTask) => (effectiveStatus === 'blocked' ? 10 : 0) + PRIORITIES.indexOf(priority);
  const older = (a: SeenTask, b: SeenTask) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0);
  return [...tasks.values()].map((task) => seen(task, tasks)).toSorted((a, b) => rank(a) - rank(b) || older(a, b));
}

export const nextTask = (tasks: Tasks): SeenTask | undefined =>
  inOrder(tasks).find(({ effectiveStatus }) => effectiveStatus !== 'blocked' && effectiveStatus !== 'done');

/** The tasks with this one in them, or changed. Throws when it depends on what is not there, or on itself by a detour. */
export function withTask(tasks: Tasks, task: Task): Tasks {
  const missing = task.dependencies.find((id) => !tasks.has(id) || id === task.id);
  if (missing === task.id) throw new Error('A task cannot depend on itself.');
  if (missing !== undefined) throw new Error(`There is no task ${missing} to depend on.`);
  if (reaches(tasks, task.dependencies, task.id)) throw new Error('These dependencies would go round in a circle.');
  return new Map([...tasks, [task.id, { ...task, dependencies: [...new Set(task.dependencies)] }]]);
}

function reaches(tasks: Tasks, from: readonly string[], goal: string): boolean {
  const met = new Set<string>();
  const left = [...from];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (id === goal) return true;
    if (met.has(id)) continue;
    met.add(id);
    left.push(...(tasks.get(id)?.dependencies ?? []));
  }
  return false;
}

/** Nobody depends on it any more. */
export function withoutTask(tasks: Tasks, id: string): Tasks {
  const rest = [...tasks.values()].filter((task) => task.id !== id);
  return new Map(rest.map((task) => [task.id, { ...task, dependencies: task.dependencies.filter((one) => one !== id) }]));
}
