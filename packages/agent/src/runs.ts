import type { Clock, NewId } from '@holdfast/core';
import { NEVER } from '@holdfast/core/engine';
import { Answers, type Answer } from './answers.ts';
import { drive, type Handlers } from './drive.ts';
import { Feed } from './feed.ts';
import { Inbox } from './inbox.ts';
import { Known } from './known.ts';
import type { Live, LiveListener } from './live.ts';
import { SessionLog } from './log.ts';
import type { Identity, Redact, SessionStore } from './ports.ts';
import type { EventRow } from './rules/events.ts';
import { answerOf, snapshot, START, type RunState } from './rules/fold.ts';
import { loop, type LoopOptions } from './rules/loop.ts';
import { missingError } from './rules/session-error.ts';
import { Stopped } from './rules/teller.ts';
import type { InboxItem } from './rules/world.ts';
import type { Run, RunResult, Runtime } from './runtime.ts';

/** What belongs to one run alone. */
export interface Scope {
  readonly log: SessionLog;
  readonly inbox: Inbox;
  readonly answers: Answers;
}

export interface RunsPorts {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly identity: Identity;
  readonly redact: Redact;
  readonly live: Live;
  readonly agent: { readonly name: string; readonly file: string; readonly cwd: string };
  readonly limits: Pick<LoopOptions, 'maxIterations' | 'maxConsecutiveToolCalls'>;
  readonly handlers: (scope: Scope) => Handlers;
}

interface Active extends Scope {
  readonly stop: AbortController;
  over: boolean;
  done: Promise<RunResult>;
}

export class Runs implements Runtime {
  readonly #ports: RunsPorts;
  readonly #feed: Feed;
  readonly #known = new Map<string, Known>();
  readonly #active = new Map<string, Active>();

  constructor(ports: RunsPorts) {
    this.#ports = ports;
    this.#feed = new Feed(ports.store, ports.clock);
  }

  async start({ prompt, session }: { readonly prompt: string; readonly session?: string }): Promise<Run> {
    const { store, newId, clock, agent } = this.#ports;
    const id = session ?? newId();
    if (session === undefined) await store.create({ id, file: agent.file, agent: agent.name, cwd: agent.cwd, at: clock.now() });
    return this.#begin(id, prompt);
  }

  resume(session: string): Promise<Run> {
    return this.#begin(session, undefined);
  }

  steer(session: string, text: string): Promise<void> {
    return this.#put(session, 'steer', text);
  }

  followUp(session: string, text: string): Promise<void> {
    return this.#put(session, 'follow-up', text);
  }

  approve(session: string, question: string, tool = false): boolean {
    return this.answer(session, question, { decision: tool ? 'allow-tool' : 'allow' });
  }

  answer(session: string, question: string, answer: Answer): boolean {
    const active = this.#active.get(session);
    active?.answers.give(question, answer);
    return active !== undefined;
  }

  async stop(session: string): Promise<void> {
    const active = this.#active.get(session);
    active?.stop.abort(new Stopped('stopped'));
    await active?.done.catch(() => {});
  }

  follow(session: string, after: number, signal: AbortSignal): AsyncGenerator<EventRow, void> {
    return this.#feed.follow(session, after, signal);
  }

  live(listener: LiveListener): Disposable {
    return this.#ports.live.subscribe(listener);
  }

  async state(session: string): Promise<RunState> {
    const active = this.#active.has(session);
    const known = active ? this.#known.get(session) : await this.#catchUp(session);
    return snapshot(known?.state ?? START);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#active.keys()].map((session) => this.stop(session)));
  }

  async #put(session: string, kind: InboxItem['kind'], text: string): Promise<void> {
    const { store, newId, clock, redact } = this.#ports;
    await store.enqueue(session, redact({ id: newId(), kind, text, at: clock.now() }));
    this.#active.get(session)?.inbox.stir();
  }

  async #begin(session: string, prompt: string | undefined): Promise<Run> {
    const { store, identity } = this.#ports;
    const lock = await store.lock(session, identity.self(), identity.alive);
    try {
      const known = await this.#catchUp(session);
      if (prompt !== undefined) await this.#put(session, 'prompt', prompt);
      const inbox = new Inbox(store, session);
      const resumed = prompt === undefined;
      if (resumed && known.state.ended?.why === 'done' && (await inbox.pull()).length === 0) {
        lock[Symbol.dispose]();
        return { session, run: known.run, events: this.#rows(session, known.seq, known.seq), done: Promise.resolve(resultOf(known.state)) };
      }
      return this.#launch(session, known, inbox, resumed, lock);
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  #launch(session: string, known: Known, inbox: Inbox, resumed: boolean, lock: Disposable): Run {
    const from = known.seq;
    const log = new SessionLog(session, from, { ...this.#ports, wrote: (rows) => this.#wrote(known, inbox, rows) });
    // A run that broke off is the same run when it goes on.
    log.run = known.state.ended || from === 0 ? this.#ports.newId() : known.run;
    const active: Active = { log, inbox, answers: new Answers(), stop: new AbortController(), over: false, done: undefined as never };
    this.#active.set(session, active);
    active.done = this.#drive(active, known, resumed).finally(() => {
      active.over = true;
      this.#active.delete(session);
      lock[Symbol.dispose]();
      this.#feed.publish(session, []);
    });
    active.done.catch(() => {});
    return { session, run: log.run, events: this.#rows(session, from, () => (active.over ? log.seq : undefined)), done: active.done };
  }

  async #drive(active: Active, known: Known, resumed: boolean): Promise<RunResult> {
    const { agent, limits, handlers, newId } = this.#ports;
    const own = handlers(active);
    for (let again = resumed; ; again = false) {
      const options = { agent: agent.name, resumed: again, ...limits };
      const why = await drive(loop(snapshot(known.state), options), own, active.stop.signal);
      // What was said while the last event was written would otherwise wait for a run that nobody starts.
      if (why !== 'done' || active.stop.signal.aborted || (await active.inbox.pull()).length === 0) return resultOf(known.state);
      active.log.run = newId();
    }
  }

  #wrote(known: Known, inbox: Inbox, rows: readonly EventRow[]): void {
    known.take(rows);
    inbox.consumed(rows.map(({ event }) => event));
    const session = rows[0]?.session;
    if (session !== undefined) this.#feed.publish(session, rows);
  }

  async #catchUp(session: string): Promise<Known> {
    const known = this.#known.get(session) ?? new Known();
    const rows = await this.#ports.store.read(session, known.seq);
    if (known.seq === 0 && rows.length === 0 && !(await this.#ports.store.head(session))) {
      throw missingError(session);
    }
    known.take(rows);
    this.#known.set(session, known);
    return known;
  }

  #rows(session: string, from: number, last: number | (() => number | undefined)): AsyncIterable<EventRow> {
    const upTo = typeof last === 'number' ? () => last : last;
    return { [Symbol.asyncIterator]: () => this.#feed.follow(session, from, NEVER, upTo) };
  }
}

function resultOf(state: RunState): RunResult {
  const { why = 'failed', failure } = state.ended ?? {};
  return { why, ...(failure && { failure }), answer: answerOf(state) };
}
