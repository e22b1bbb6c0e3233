import type { SessionStore, Tool, ToolContext } from '../ports.ts';
import { applied, changeIn, isStatus, newTodos, todoAnswer, TODO_STATUSES, type Todo, type TodoChange } from '../rules/todos.ts';
import { done, failure, listOf, object, oneOf, text, workTool, type Input } from './define.ts';

export interface TodoTools {
  /** The log of the session that calls; absent: what was done is known only as long as these tools are. */
  readonly sessions: Pick<SessionStore, 'read'> | undefined;
  /** One list for all agents of a session; otherwise each agent path has its own. */
  readonly shared: boolean;
}

/** Sessions whose log is known; the one that was not used for longest is read again. */
const MOST_SESSIONS = 100;

interface Known {
  /** The log is folded up to here. */
  seq: number;
  readonly lists: Map<string, readonly Todo[]>;
  /** Calls that answered and whose answer was not met in the log yet, oldest first. */
  readonly pending: Map<string, { readonly list: string; readonly change: TodoChange }>;
}

/**
 * D1. The list is a fold of the answers in the session's log, and of those on their way there.
 * D2. A call that runs again under its id answers as if it had not run.
 * D3. Two sessions never share a list; two agents of one session only when told to.
 */
class Todos {
  readonly #tools: TodoTools;
  readonly #known = new Map<string, Known>();

  constructor(tools: TodoTools) {
    this.#tools = tools;
  }

  async list(context: ToolContext): Promise<readonly Todo[]> {
    await this.#read(context.session);
    return this.#before(context);
  }

  /** Nobody comes between the list that `make` sees and what it makes of it. */
  async change(
    context: ToolContext,
    make: (before: readonly Todo[]) => TodoChange,
  ): Promise<TodoChange & { readonly all: readonly Todo[] }> {
    await this.#read(context.session);
    const before = this.#before(context);
    const change = make(before);
    this.#of(context.session).pending.set(callOf(context.path, context.id), { list: this.#listOf(context.path), change });
    return { ...change, all: applied(before, change) };
  }

  /** The list as it is without this call. */
  #before({ session, path, id }: ToolContext): readonly Todo[] {
    const known = this.#of(session);
    const [own, list] = [callOf(path, id), this.#listOf(path)];
    const pending = [...known.pending].filter(([call, { list: of }]) => of === list && call !== own);
    return pending.reduce((todos, [, { change }]) => applied(todos, change), known.lists.get(list) ?? []);
  }

  async #read(session: string): Promise<void> {
    const rows = (await this.#tools.sessions?.read(session, this.#of(session).seq)) ?? [];
    const known = this.#of(session);
    for (const { seq, path, event } of rows) {
      // Two calls may have asked for the same rows.
      if (seq <= known.seq) continue;
      known.seq = seq;
      if (event.type !== 'tool-result' || event.how !== 'done') continue;
      const change = changeIn(event.name, event.output);
      if (!change) continue;
      known.pending.delete(callOf(path, event.id));
      const list = this.#listOf(path);
      known.lists.set(list, applied(known.lists.get(list) ?? [], change));
    }
  }

  #listOf(path: readonly string[]): string {
    return this.#tools.shared ? '' : path.join('/');
  }

  #of(session: string): Known {
    const known = this.#known.get(session) ?? { seq: 0, lists: new Map(), pending: new Map() };
    this.#known.delete(session);
    this.#known.set(session, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_SESSIONS) this.#known.delete(oldest!);
    return known;
  }
}

const callOf = (path: readonly string[], id: string): string => `${path.join('/')} ${id}`;

/** Nothing outside the session changes: no question is asked. Sequential: the calls of one reply mean their order. */
const KIND = {
  readOnly: true,
  idempotent: true,
  sequential: true,
  category: 'todo',
  touches: async () => ({ reads: [], writes: [] }),
} as const;

export function todoTools(tools: TodoTools): readonly Tool[] {
  const todos = new Todos(tools);
  return [createTodo(todos), createTodos(todos), updateTodos(todos), listTodos(todos)];
}

function create(todos: Todos, descriptions: readonly string[], context: ToolContext) {
  if (descriptions.length === 0) throw new Error('descriptions is empty.');
  if (descriptions.some((description) => description.trim() === '')) throw new Error('A description is empty.');
  return todos.change(context, (before) => ({ created: newTodos(before, descriptions), updated: [] }));
}

const createTodo = (todos: Todos): Tool =>
  workTool({
    ...KIND,
    name: 'create_todo',
    description: 'Adds one todo to your list. For work of several steps prefer create_todos.',
    parameters: object({ description: text('What is to be done') }, ['description']),
    run: async (input, context) => {
      const { created, all } = await create(todos, [input['description'] as string], context);
      return done(todoAnswer({ created: created[0] }, all));
    },
  });

const createTodos = (todos: Todos): Tool =>
  workTool({
    ...KIND,
    name: 'create_todos',
    description: 'Adds several todos to your list, one for each step of work that takes several. Do it before you begin.',
    parameters: object({ descriptions: listOf({ type: 'string' }, 'What is to be done, in order') }, ['descriptions']),
    run: async (input, context) => {
      const { created, all } = await create(todos, input['descriptions'] as readonly string[], context);
      return done(todoAnswer({ created }, all));
    },
  });

const updateTodos = (todos: Todos): Tool =>
  workTool({
    ...KIND,
    name: 'update_todos',
    description:
      'Sets the status of todos: "in-progress" before you begin with one, "completed" as soon as it is done. Several at once in one call. Leave none open when you are done.',
    parameters: object(
      {
        updates: listOf(
          object({ id: text('Id of the todo'), status: oneOf(TODO_STATUSES, `New status: ${TODO_STATUSES.join(', ')}`) }, ['id', 'status']),
          'What changes',
        ),
      },
      ['updates'],
    ),
    run: (input, context) => update(todos, input['updates'] as readonly Input[], context),
  });

async function update(todos: Todos, updates: readonly Input[], context: ToolContext) {
  const wanted = updates as unknown as TodoChange['updated'];
  const wrong = wanted.find(({ status }) => !isStatus(status));
  if (wrong) throw new Error(`${wrong.id}: there is no status "${String(wrong.status)}"; there are ${TODO_STATUSES.join(', ')}.`);
  const { updated, all } = await todos.change(context, (before) => {
    const known = new Set(before.map(({ id }) => id));
    return { created: [], updated: wanted.filter(({ id }) => known.has(id)) };
  });
  const missing = wanted.map(({ id }) => id).filter((id) => !updated.some((one) => one.id === id));
  const answer = todoAnswer({ ...(updated.length > 0 && { updated }), ...(missing.length > 0 && { not_found: missing }) }, all);
  return updated.length > 0 ? done(answer) : failure(answer);
}

const listTodos = (todos: Todos): Tool =>
  workTool({
    ...KIND,
    name: 'list_todos',
    description: 'Shows your list of todos with their status.',
    parameters: object({}, []),
    run: async (_input, context) => done(todoAnswer({}, await todos.list(context), 'todos')),
  });
