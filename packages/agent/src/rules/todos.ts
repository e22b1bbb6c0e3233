/**
 * The todos of an agent, as a fold over what its todo tools answered: nothing else is kept, so a run that broke off has the list it had
 * told the model of, and a call whose answer was never stored changed nothing.
 */
export interface Todo {
  readonly id: string;
  readonly description: string;
  readonly status: TodoStatus;
}

export const TODO_STATUSES = ['pending', 'in-progress', 'completed'] as const;
export type TodoStatus = (typeof TODO_STATUSES)[number];

/** What one call did. */
export interface TodoChange {
  readonly created: readonly Todo[];
  readonly updated: readonly { readonly id: string; readonly status: TodoStatus }[];
}

/** Bytes of a list as JSON. An answer holds it up to three times, and has to be stored whole. */
const MOST_BYTES = 15_000;

export function applied(todos: readonly Todo[], { created, updated }: TodoChange): readonly Todo[] {
  const statuses = new Map(updated.map(({ id, status }) => [id, status]));
  const known = new Set(todos.map(({ id }) => id));
  const all = [...todos, ...created.filter(({ id }) => !known.has(id))];
  return all.map((todo) => ({ ...todo, status: statuses.get(todo.id) ?? todo.status }));
}

export function newTodos(todos: readonly Todo[], descriptions: readonly string[]): readonly Todo[] {
  const last = Math.max(0, ...todos.map(({ id }) => Number(/^todo_(\d+)$/.exec(id)?.[1] ?? 0)));
  const created = descriptions.map((description, at): Todo => ({ id: `todo_${last + at + 1}`, description, status: 'pending' }));
  if (new TextEncoder().encode(JSON.stringify([...todos, ...created])).length > MOST_BYTES)
    throw new Error(`A list of todos holds at most ${MOST_BYTES} bytes; this one has ${todos.length} todos. Use fewer or shorter ones.`);
  return created;
}

/** Docker's answer: what was done, then the whole list, then what is still to do. */
export function todoAnswer(did: Readonly<Record<string, unknown>>, todos: readonly Todo[], list = 'all_todos'): string {
  const open = [...todos.filter(({ status }) => status === 'in-progress'), ...todos.filter(({ status }) => status === 'pending')];
  const reminder =
    open.length === 0 ? {} : { reminder: `Not completed yet: ${open.map(({ id, status }) => `${id} (${status})`).join(', ')}` };
  return JSON.stringify({ ...did, [list]: todos, ...reminder });
}

/** What an answer that is in the log says was done; undefined: nothing. */
export function changeIn(name: string, output: string): TodoChange | undefined {
  const answer = parsed(output);
  if (name === 'create_todo') return { created: [answer['created']].filter(isTodo), updated: [] };
  if (name === 'create_todos') return { created: listIn(answer['created']).filter(isTodo), updated: [] };
  if (name === 'update_todos') return { created: [], updated: listIn(answer['updated']).filter(isUpdate) };
  return undefined;
}

function parsed(output: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(output);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const isStatus = (value: unknown): value is TodoStatus => TODO_STATUSES.includes(value as TodoStatus);

function isUpdate(value: unknown): value is TodoChange['updated'][number] {
  const { id, status } = (value ?? {}) as Partial<Todo>;
  return typeof id === 'string' && isStatus(status);
}

const isTodo = (value: unknown): value is Todo => isUpdate(value) && typeof (value as Partial<Todo>).description === 'string';
