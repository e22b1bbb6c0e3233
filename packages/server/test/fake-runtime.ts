/** A runtime that does what its test tells it to, and a shelf of sessions: what is tested is what stands between them and HTTP. */
import {
  emptyTree,
  grow,
  SessionError,
  stateAt,
  type Answer,
  type EventRow,
  type LiveEvent,
  type LiveListener,
  type Pending,
  type Run,
  type RunEvent,
  type RunResult,
  type Runtime,
  type Said,
  type SessionHead,
  type StartInput,
} from '@holdfast/agent/engine';
import type { Shelf } from '../src/runs/run-ports.ts';

interface Kept {
  head: SessionHead;
  rows: EventRow[];
  open?: { readonly run: string; readonly from: number; readonly finish: PromiseWithResolvers<RunResult>; over: boolean };
}

export interface Told {
  readonly verb: string;
  readonly session: string;
  readonly what: unknown;
}

export class FakeRuntime implements Runtime {
  readonly kept = new Map<string, Kept>();
  /** What was said to sessions, in order. */
  readonly told: Told[] = [];
  readonly asked = new Map<string, Pending>();
  /** Thrown by the next verb that says something. */
  refuse: Error | undefined;
  /** Followers that wait. */
  readonly #waiting = new Set<() => void>();
  readonly #listeners = new Set<LiveListener>();
  readonly file: string;
  readonly names: readonly string[];
  #ids = 0;

  constructor(file = '/team.yaml', names: readonly string[] = ['root', 'helper']) {
    this.file = file;
    this.names = names;
  }

  get listeners(): number {
    return this.#listeners.size;
  }
  get waiting(): number {
    return this.#waiting.size;
  }

  async start({ session, prompt, agent = 'root' }: StartInput): Promise<Run> {
    const id = session ?? `s${this.kept.size + 1}`;
    if (session === undefined) await this.shelf.create({ id, file: this.file, agent, cwd: '/', at: 1 });
    const run = this.#begin(id);
    for (const text of Array.isArray(prompt) ? (prompt as readonly Said[]) : []) this.emit(id, { type: 'input', text: text.text });
    return run;
  }

  async resume(session: string): Promise<Run> {
    return this.#begin(session);
  }

  steer = (session: string, said: string | Said) => this.#say('steer', session, said);
  followUp = (session: string, said: string | Said) => this.#say('followUp', session, said);
  compact = (session: string, words?: string) => this.#say('compact', session, words);
  setModel = (session: string, choice: object) => this.#say('setModel', session, choice);
  setPermissions = (session: string, rules: object) => this.#say('setPermissions', session, rules);
  approve = (session: string, question: string) => this.answer(session, question, { decision: 'allow' });

  async answer(session: string, question: string, answer: Answer): Promise<void> {
    if (!this.asked.delete(question)) throw new SessionError('gone', `no open question ${question}`);
    await this.#say('answer', session, { question, ...answer });
  }

  async stop(session: string): Promise<void> {
    this.told.push({ verb: 'stop', session, what: undefined });
    if (this.#of(session).open) this.end(session, 'stopped');
  }

  async *follow(session: string, after: number, signal: AbortSignal): AsyncGenerator<EventRow, void> {
    for (let cursor = after; !signal.aborted;) {
      const row = this.kept.get(session)?.rows[cursor];
      if (row) {
        cursor = row.seq;
        yield row;
      } else await this.#change(signal);
    }
  }

  live(listener: LiveListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async state(session: string) {
    const tree = emptyTree();
    for (const row of this.#of(session).rows) grow(tree, row);
    return stateAt(tree, []);
  }

  pending = async (session: string) => (this.#of(session), [...this.asked.values()]);
  sessions = () => this.shelf.list({ file: this.file });
  agents = async () =>
    this.names.map((name) => ({ name, description: `is ${name}`, model: 'lab/one', subAgents: [], handoffs: [], commands: [] }));

  async close(): Promise<void> {
    for (const [session, { open }] of this.kept) if (open) this.end(session, 'stopped');
  }

  emit(session: string, event: RunEvent, path: readonly string[] = []): EventRow {
    const kept = this.#of(session);
    const row: EventRow = { session, seq: kept.rows.length + 1, version: 1, at: 1, run: kept.open?.run ?? 'r0', path, event };
    kept.rows.push(row);
    this.#wake();
    return row;
  }

  say(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  end(session: string, why: RunResult['why'] = 'done', answer = ''): void {
    const { open } = this.#of(session);
    this.emit(session, { type: 'run-end', why });
    if (!open) return;
    open.over = true;
    delete this.#of(session).open;
    open.finish.resolve({ why, answer });
    this.#wake();
  }

  readonly shelf: Shelf = {
    create: async ({ id, file, agent, cwd, at, title = '' }) => {
      const head: SessionHead = { id, file, agent, cwd, title, created: at, updated: at, events: 0, status: 'new', starred: false };
      this.kept.set(id, { head, rows: [] });
    },
    head: async (id) => {
      const kept = this.kept.get(id);
      return kept && { ...kept.head, events: kept.rows.length, status: kept.open ? 'running' : kept.head.status };
    },
    list: async ({ file, limit = Infinity }) =>
      [...this.kept.values()].flatMap(({ head }) => (file === undefined || head.file === file ? [head] : [])).slice(0, limit),
    read: async (id, after) => this.kept.get(id)?.rows.slice(after) ?? [],
    update: async (id, fields) => void (this.#of(id).head = { ...this.#of(id).head, ...fields }),
    delete: async (id) => void this.kept.delete(id),
    search: async (words, { file }) =>
      [...this.kept.values()].flatMap(({ head }) => (head.file === file && head.title.includes(words) ? [head] : [])),
  };

  #begin(session: string): Run {
    const kept = this.#of(session);
    if (kept.open) throw new SessionError('busy', `session ${session} is being driven by process 1`);
    const open = { run: `r${++this.#ids}`, from: kept.rows.length, finish: Promise.withResolvers<RunResult>(), over: false };
    kept.open = open;
    this.emit(session, { type: 'run-start', agent: 'root', resumed: false });
    const events = (): AsyncGenerator<EventRow, void> => this.#rows(kept, open);
    return { session, run: open.run, events: { [Symbol.asyncIterator]: events }, done: open.finish.promise };
  }

  async *#rows(kept: Kept, open: NonNullable<Kept['open']>): AsyncGenerator<EventRow, void> {
    for (let cursor = open.from; ;) {
      const row = kept.rows[cursor];
      if (row) {
        cursor = row.seq;
        yield row;
        if (row.event.type === 'run-end' && row.run === open.run) return;
      } else await this.#change(new AbortController().signal);
    }
  }

  async #say(verb: string, session: string, what: unknown): Promise<void> {
    this.#of(session);
    const { refuse } = this;
    this.refuse = undefined;
    if (refuse) throw refuse;
    this.told.push({ verb, session, what });
  }

  #of(session: string): Kept {
    const kept = this.kept.get(session);
    if (!kept) throw new SessionError('missing', `no session ${session}`);
    return kept;
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #wake(): void {
    for (const wake of Array.from(this.#waiting)) wake();
  }
}
