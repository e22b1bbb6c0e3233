import type { ActiveSession } from './active-session.ts';
import { Known } from './known.ts';
import type { Identity, SessionStore } from './ports.ts';
import { busyError, missingError } from './rules/session-error.ts';
import { Stopped } from './rules/teller.ts';
import type { RunResult } from './runtime.ts';

/** A session this process holds the writer lock of. */
export interface Held {
  readonly active: ActiveSession;
  readonly lock: Disposable;
  root: Root | undefined;
  /** A run is about to begin. */
  claimed: boolean;
}

export interface Root {
  readonly stop: AbortController;
  /** Seq of its last row, once it is over: the session may go on. */
  last: number | undefined;
  done: Promise<RunResult>;
}

/** Sessions whose state stays in memory when no run is under way. */
const REMEMBERED = 16;

/**
 * The sessions this process drives, and what it knows of those it has seen.
 * H1. A session is driven by one run at its root at a time, here or in another process.
 * H2. Its lock is given back when neither that run nor a child is under way.
 */
export class HeldSessions {
  readonly #ports: { readonly store: SessionStore; readonly identity: Identity };
  readonly #open: (session: string, known: Known) => ActiveSession;
  readonly #known = new Map<string, Known>();
  readonly #held = new Map<string, Held>();

  constructor(
    ports: { readonly store: SessionStore; readonly identity: Identity },
    open: (session: string, known: Known) => ActiveSession,
  ) {
    this.#ports = ports;
    this.#open = open;
  }

  get(session: string): Held | undefined {
    return this.#held.get(session);
  }

  /** Tells the run at the root of a session to end. */
  end(session: string): Held | undefined {
    const held = this.#held.get(session);
    held?.root?.stop.abort(new Stopped('stopped'));
    return held;
  }

  names(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Takes the session for a run: the one this process has, or its lock. */
  async hold(session: string): Promise<Held> {
    const { store, identity } = this.#ports;
    const there = this.#held.get(session);
    if (there?.root || there?.claimed) throw busyError(session, identity.self());
    if (there && !there.active.log.broken) {
      there.claimed = true;
      return there;
    }
    // Its children are on their way out; then it is read anew.
    await there?.active.stopAll();
    const lock = await store.lock(session, identity.self(), identity.alive);
    try {
      const known = await this.#catchUp(session);
      const held: Held = { active: this.#open(session, known), lock, root: undefined, claimed: true };
      this.#held.set(session, held);
      return held;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** Lets go of a session that nothing works on any more. */
  release(session: string): void {
    const held = this.#held.get(session);
    if (!held || held.root || held.claimed || held.active.working) return;
    this.#held.delete(session);
    held.lock[Symbol.dispose]();
  }

  async latest(session: string): Promise<Known> {
    return this.#held.get(session)?.active.known ?? (await this.#catchUp(session));
  }

  async #catchUp(session: string): Promise<Known> {
    const known = this.#known.get(session) ?? new Known();
    const rows = await this.#ports.store.read(session, known.seq);
    if (known.seq === 0 && rows.length === 0 && !(await this.#ports.store.head(session))) throw missingError(session);
    known.take(rows);
    this.#known.delete(session);
    this.#known.set(session, known);
    for (const old of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      if (!this.#held.has(old)) this.#known.delete(old);
    }
    return known;
  }
}
