import { follow } from '@holdfast/core/engine';
import { drive } from './drive.ts';
import { Inbox } from './inbox.ts';
import type { Known } from './known.ts';
import { PathLog, SessionLog } from './log.ts';
import { PathRun, type PathPorts } from './path-run.ts';
import type { EventRow } from './rules/events.ts';
import { answerOf, snapshot } from './rules/fold.ts';
import type { RunState } from './rules/run-state.ts';
import { loop } from './rules/loop.ts';
import { Stopped } from './rules/teller.ts';
import { agentOfStep, childrenOf, keyOf, pathOf, spentBefore, stateAt } from './rules/tree.ts';
import type { ChildEnd, ChildRuns, ChildStart } from './scope.ts';

interface Child {
  readonly of: ChildStart;
  readonly stop: AbortController;
  readonly done: Promise<ChildEnd>;
}

export interface SessionPorts extends PathPorts {
  /** Told of rows that were stored. */
  readonly wrote: (session: string, rows: readonly EventRow[]) => void;
  /** The log of a session takes nothing any more: its run ends. */
  readonly broke: (session: string) => void;
  readonly attended: boolean;
}

/**
 * One session that this process drives: its log, its inbox, the run at its root and those of its children.
 * A1. All of them write through one log, under one writer lock.
 * A2. A child is under its call: whoever runs the call again finds it, finished or to be gone on with.
 * A3. A stop reaches every child, and those below it. The end of the root's run reaches those it waits for; background children go on until the session is closed.
 */
export class ActiveSession implements ChildRuns {
  readonly id: string;
  readonly known: Known;
  readonly log: SessionLog;
  readonly inbox: Inbox;
  readonly #ports: SessionPorts;
  readonly #children = new Map<string, Child>();

  constructor(id: string, known: Known, ports: SessionPorts) {
    this.id = id;
    this.known = known;
    this.#ports = ports;
    this.inbox = new Inbox(ports.store, id, ports.clock);
    this.log = new SessionLog(id, known.seq, { ...ports, wrote: (rows) => this.#wrote(rows), broke: () => this.#broke() });
  }

  /** Children are under way. */
  get working(): boolean {
    return this.#children.size > 0;
  }

  /** Goes on with background children that a process left behind, those of children too. */
  takeUp(): void {
    for (const [key, { task, agent, ended }] of Array.from(this.known.tree.states)) {
      const path = pathOf(key);
      if (task?.kind === 'background' && !ended)
        this.launch({ path, agent: agent || agentOfStep(path.at(-1) ?? ''), task, opening: [], readOnly: task.readOnly ?? false });
    }
  }

  /** One run of the root. */
  root(run: string): PathRun {
    return new PathRun(this.#ports, {
      path: [],
      log: new PathLog(this.log, [], run),
      inbox: this.inbox,
      tree: this.known.tree,
      items: () => this.inbox.pull(),
      children: this,
      before: spentBefore(this.known.tree, []),
      readOnly: false,
      attended: this.#ports.attended,
    });
  }

  async run(child: ChildStart, signal: AbortSignal): Promise<ChildEnd> {
    const ended = endOf(this.state(child.path));
    if (ended) return ended;
    const own = this.#children.get(keyOf(child.path)) ?? this.#begin(child);
    using link = follow(signal);
    const stop = (): void => own.stop.abort(link.signal.reason);
    link.signal.addEventListener('abort', stop);
    if (link.signal.aborted) stop();
    // Awaited here: the link is let go when this block is left.
    return await own.done;
  }

  launch(child: ChildStart): void {
    if (endOf(this.state(child.path)) || this.#children.has(keyOf(child.path))) return;
    // Nobody waits for it: what went wrong is in the log.
    this.#begin(child).done.catch(() => {});
  }

  async stop(path: readonly string[]): Promise<void> {
    await this.#end([...this.#children.values()].filter(({ of }) => path.every((step, at) => of.path[at] === step)));
  }

  async stopAll(): Promise<void> {
    await this.#end([...this.#children.values()]);
  }

  async #end(children: readonly Child[]): Promise<void> {
    for (const { stop } of children) stop.abort(new Stopped('stopped'));
    await Promise.allSettled(children.map(({ done }) => done));
  }

  running(path: readonly string[]): boolean {
    return this.#children.has(keyOf(path));
  }

  launched(): number {
    return [...this.#children.values()].filter(({ of }) => of.task.kind === 'background').length;
  }

  state(path: readonly string[]): RunState | undefined {
    return this.known.tree.states.get(keyOf(path));
  }

  list(parent: readonly string[]): readonly { readonly path: readonly string[]; readonly state: RunState }[] {
    return childrenOf(this.known.tree, parent);
  }

  #begin(child: ChildStart): Child {
    const stop = new AbortController();
    const key = keyOf(child.path);
    const done = this.#drive(child, stop.signal).finally(() => {
      this.#children.delete(key);
      this.#ports.idle(this.id);
    });
    const own = { of: child, stop, done };
    this.#children.set(key, own);
    return own;
  }

  async #drive({ path, agent, task, opening, readOnly }: ChildStart, signal: AbortSignal): Promise<ChildEnd> {
    const own = new PathRun(this.#ports, {
      path,
      log: new PathLog(this.log, path, this.#ports.newId()),
      inbox: this.inbox,
      tree: this.known.tree,
      items: async () => [],
      children: this,
      before: spentBefore(this.known.tree, path),
      readOnly,
      attended: this.#ports.attended && task.kind !== 'background' && !this.#inBackground(path),
    });
    const start = this.state(path);
    await drive(
      loop(snapshot(start ?? stateAt(this.known.tree, path)), {
        ...own.options(agent),
        resumed: start !== undefined,
        task,
        opening,
      }),
      own.handlers,
      signal,
    );
    const state = this.state(path);
    return endOf(state) ?? { why: 'stopped', answer: state ? answerOf(state) : '' };
  }

  /** Whoever works for a background child asks nobody either. */
  #inBackground(path: readonly string[]): boolean {
    return path.some((_, at) => this.state(path.slice(0, at + 1))?.task?.kind === 'background');
  }

  /** Nothing that still runs can be told any more. */
  #broke(): void {
    void this.stopAll();
    this.#ports.broke(this.id);
  }

  #wrote(rows: readonly EventRow[]): void {
    this.known.take(rows);
    this.inbox.consumed(rows.map(({ event }) => event));
    this.#ports.wrote(this.id, rows);
  }
}

function endOf(state: RunState | undefined): ChildEnd | undefined {
  if (!state?.ended || state.ended.why === 'stopped') return undefined;
  const { why, failure } = state.ended;
  return { why, answer: answerOf(state), ...(failure && { message: failure.message }) };
}
