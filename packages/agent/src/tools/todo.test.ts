import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SessionStore, ToolContext } from '../ports.ts';
import type { EventRow } from '../rules/events.ts';
import { applied, changeIn, newTodos, type Todo } from '../rules/todos.ts';
import { callTool } from '../testing/tool-call.ts';
import { todoTools } from './todo.ts';

/** A log that holds what calls answered, as a run stores them. */
class Log implements Pick<SessionStore, 'read'> {
  readonly rows: EventRow[] = [];
  readonly asked: number[] = [];

  read = async (session: string, after: number): Promise<readonly EventRow[]> => {
    this.asked.push(after);
    return this.rows.filter((row) => row.session === session && row.seq > after);
  };

  store(name: string, output: string, failed: boolean, { session = 's', path = [], id = 'c' }: Partial<ToolContext>): void {
    const seq = this.rows.filter((row) => row.session === session).length + 1;
    const event = { type: 'tool-result', id, name, output, failed, how: 'done' } as const;
    this.rows.push({ session, seq, version: 1, at: 0, run: 'r', path, event });
  }
}

let log: Log;
let calls = 0;
beforeEach(() => void (log = new Log()));

/** A process: what it knows is gone when the next one begins. */
const process = (shared = false) => {
  const tools = todoTools({ sessions: log, shared });
  const run = (name: string, input: object, over: Partial<ToolContext> = {}) =>
    callTool(tools, name, input, { session: 's', id: `c${++calls}`, ...over });
  const stored = async (name: string, input: object, over: Partial<ToolContext> = {}) => {
    const context = { session: 's', id: `c${++calls}`, ...over };
    const { output, failed } = await run(name, input, context);
    log.store(name, output, failed, context);
    return JSON.parse(output) as { all_todos: Todo[]; todos: Todo[]; created: Todo; not_found?: string[]; reminder?: string };
  };
  const list = async (over: Partial<ToolContext> = {}) =>
    (JSON.parse((await run('list_todos', {}, over)).output) as { todos: Todo[] }).todos.map(({ id, status }) => `${id} ${status}`);
  return { tools, run, stored, list };
};

describe('todos', () => {
  it("have docker-agent's names, arguments and answers", async () => {
    const { tools, stored } = process();
    expect(tools.map(({ name, readOnly, idempotent, category }) => [name, readOnly, idempotent, category])).toEqual(
      ['create_todo', 'create_todos', 'update_todos', 'list_todos'].map((name) => [name, true, true, 'todo']),
    );
    expect(await stored('create_todo', { description: 'a' })).toEqual({
      created: { id: 'todo_1', description: 'a', status: 'pending' },
      all_todos: [{ id: 'todo_1', description: 'a', status: 'pending' }],
      reminder: 'Not completed yet: todo_1 (pending)',
    });
    await stored('create_todos', { descriptions: ['b', 'c'] });
    const updated = await stored('update_todos', {
      updates: [
        { id: 'todo_3', status: 'in-progress' },
        { id: 'todo_1', status: 'completed' },
        { id: 'todo_9', status: 'completed' },
      ],
    });
    expect(updated.not_found).toEqual(['todo_9']);
    expect(updated.reminder).toBe('Not completed yet: todo_3 (in-progress), todo_2 (pending)');
    const { todos, reminder } = await stored('list_todos', {});
    expect(todos.map(({ status }) => status)).toEqual(['completed', 'pending', 'in-progress']);
    expect(reminder).toBe(updated.reminder);
    const rest = ['todo_2', 'todo_3'].map((id) => ({ id, status: 'completed' }));
    expect(await stored('update_todos', { updates: rest })).not.toHaveProperty('reminder');
  });

  it('D1: another process goes on with the list the model was told of', async () => {
    await process().stored('create_todos', { descriptions: ['a', 'b'] });
    const second = process();
    await second.stored('update_todos', { updates: [{ id: 'todo_1', status: 'completed' }] });
    const third = process();
    expect(await third.list()).toEqual(['todo_1 completed', 'todo_2 pending']);
    // And what another process did meanwhile is seen, without reading the log again.
    await second.stored('create_todo', { description: 'c' });
    expect(await third.list()).toEqual(['todo_1 completed', 'todo_2 pending', 'todo_3 pending']);
    expect(log.asked.slice(-1)).toEqual([2]);
  });

  it('D1, D2: an answer that was never stored changed nothing; one on its way counts', async () => {
    const before = process();
    await before.stored('create_todo', { description: 'a' });
    await before.run('create_todo', { description: 'lost' }, { id: 'broke-off' });
    expect(await before.list()).toEqual(['todo_1 pending', 'todo_2 pending']);
    const after = process();
    expect(await after.list()).toEqual(['todo_1 pending']);
    const again = await after.stored('create_todo', { description: 'lost' }, { id: 'broke-off' });
    expect(again.created.id).toBe('todo_2');
    expect((await before.stored('create_todo', { description: 'b' })).created.id).toBe('todo_3');
  });

  it('D2: a call that runs again in the same process answers the same', async () => {
    const { run } = process();
    const first = await run('create_todos', { descriptions: ['a', 'b'] }, { id: 'x' });
    expect(await run('create_todos', { descriptions: ['a', 'b'] }, { id: 'x' })).toEqual(first);
  });

  it('D3: sessions and agents have their own lists', async () => {
    const { stored, list } = process();
    await stored('create_todo', { description: 'a' });
    await stored('create_todos', { descriptions: ['b', 'c'] }, { path: ['helper@c1'] });
    await stored('create_todo', { description: 'd' }, { session: 'other' });
    expect([
      await list(),
      await list({ path: ['helper@c1'] }),
      await list({ session: 'other' }),
      await list({ path: ['helper@c2'] }),
    ]).toEqual([['todo_1 pending'], ['todo_1 pending', 'todo_2 pending'], ['todo_1 pending'], []]);
  });

  it('D3: shared, the agents of a session have one, also when they write at the same time', async () => {
    const root = process(true);
    const paths = [[], ['a@1'], ['b@2'], ['a@1', 'c@3']];
    const answers = await Promise.all(paths.map((path) => root.run('create_todos', { descriptions: ['x', 'y'] }, { path, id: 'same' })));
    answers.forEach(({ output, failed }, at) => log.store('create_todos', output, failed, { path: paths[at]!, id: 'same' }));
    expect(await root.list({ path: ['z@9'] })).toHaveLength(8);
    expect(new Set(await process(true).list())).toEqual(new Set(Array.from({ length: 8 }, (_, n) => `todo_${n + 1} pending`)));
    expect(await root.list({ session: 'other' })).toEqual([]);
  });

  it('bad input is told, and changes nothing', async () => {
    const { run, list } = process();
    const said = async (name: string, input: object) => {
      const { output, failed } = await run(name, input);
      return failed ? output : 'it did not fail';
    };
    expect(await said('create_todo', { description: ' ' })).toBe('A description is empty.');
    expect(await said('create_todos', { descriptions: [] })).toBe('descriptions is empty.');
    expect(await said('update_todos', { updates: [{ id: 'todo_1', status: 'completed' }] })).toContain('"not_found":["todo_1"]');
    expect(await said('update_todos', { updates: [{ id: 'todo_1', status: 'done' }] })).toBe(
      'todo_1: there is no status "done"; there are pending, in-progress, completed.',
    );
    expect(await said('create_todo', { description: 'x'.repeat(20_000) })).toMatch(
      /^A list of todos holds at most 15000 bytes; this one has 0 todos/,
    );
    await expect(run('update_todos', { updates: [{ id: 'todo_1' }] })).rejects.toThrow('updates[0].status is missing');
    expect(await list()).toEqual([]);
  });

  it('D1: any list folds out of its answers, whatever else the log holds', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 3 }),
            fc.record({
              id: fc.integer({ min: 1, max: 9 }).map((n) => `todo_${n}`),
              status: fc.constantFrom('pending', 'in-progress', 'completed'),
            }),
            fc.constant('{"created": 7} not an answer'),
          ),
          { maxLength: 12 },
        ),
        (steps) => {
          let live: readonly Todo[] = [];
          let folded: readonly Todo[] = [];
          for (const step of steps) {
            const change =
              typeof step === 'string'
                ? { created: [], updated: [] }
                : Array.isArray(step)
                  ? { created: newTodos(live, step), updated: [] }
                  : { created: [], updated: live.some(({ id }) => id === step.id) ? [step as { id: string; status: 'pending' }] : [] };
            live = applied(live, change);
            const name = Array.isArray(step) ? 'create_todos' : 'update_todos';
            folded = applied(folded, changeIn(name, typeof step === 'string' ? step : JSON.stringify(change))!);
          }
          expect(folded).toEqual(live);
          expect(new Set(live.map(({ id }) => id)).size).toBe(live.length);
        },
      ),
    ));
});
