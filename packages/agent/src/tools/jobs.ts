import type { Clock } from '@holdfast/core';
import type { HeldProcess, ShellOutcome } from '../io/held-shell.ts';
import { BoundedText } from '../rules/bounded-text.ts';

/** Jobs of one session that may run at once. */
const MOST_RUNNING = 20;
/** Jobs of all sessions that are over and can still be looked at; the oldest is forgotten first. */
const MOST_OVER = 50;
/** Ms from SIGTERM to SIGKILL: time for a server to close its files. */
const GRACE = 500;

export interface Job {
  readonly id: string;
  readonly session: string;
  readonly command: string;
  /** Real path. */
  readonly cwd: string;
  /** `mono` of the clock. */
  readonly began: number;
  readonly kept: BoundedText;
  /** Undefined while it runs. */
  over?: { readonly at: number; readonly status: 'completed' | 'failed' | 'stopped'; readonly code: number };
}

/**
 * Commands that run in the background, for one toolset of one runtime.
 *
 * B1. A job belongs to the session that started it: no other one sees or stops it.
 * B2. Its processes are a group of their own. Stopping it ends the group; closing ends all groups and waits for them.
 * B3. Jobs do not outlive this process, not even when it is killed (H5 of `held-shell.ts`): a resumed session finds none.
 * B4. What is kept is bounded: so many running, so many over, so much output each.
 */
export class Jobs {
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, { readonly end: AbortController; readonly done: Promise<void> }>();
  #count = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(session: string): readonly Job[] {
    return [...this.#jobs.values()].filter((job) => job.session === session);
  }

  find(session: string, id: string): Job | undefined {
    const job = this.#jobs.get(id);
    return job?.session === session ? job : undefined;
  }

  /** Throws a plain Error when no more may run. */
  mayStart(session: string): void {
    if (this.#closed) throw new Error('No background job can be started: the runtime is being closed.');
    const running = this.of(session).filter(({ over }) => !over);
    if (running.length < MOST_RUNNING) return;
    throw new Error(
      `${running.length} background jobs run already, which is the most: stop one first (${running.map(({ id }) => id).join(', ')}).`,
    );
  }

  start(held: HeldProcess, { session, command, cwd }: Pick<Job, 'session' | 'command' | 'cwd'>): Job {
    this.mayStart(session);
    const id = `job_${Math.floor(this.#clock.now() / 1000)}_${++this.#count}`;
    const job: Job = { id, session, command, cwd, began: this.#clock.mono(), kept: new BoundedText() };
    const end = new AbortController();
    const limits = { clock: this.#clock, signal: end.signal, scrub: () => '', kept: job.kept, grace: GRACE };
    const done = held.run(limits).then((outcome) => this.#ended(job, outcome));
    this.#jobs.set(id, job);
    this.#running.set(id, { end, done });
    return job;
  }

  /** Resolves when nothing of it lives any more. False: it was over. */
  async stop(id: string): Promise<boolean> {
    const running = this.#running.get(id);
    running?.end.abort();
    await running?.done;
    return running !== undefined;
  }

  /** Ms it has run. */
  timeOf(job: Job): number {
    return (job.over?.at ?? this.#clock.mono()) - job.began;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id)));
    this.#jobs.clear();
  }

  #ended(job: Job, { end, code }: ShellOutcome): void {
    this.#running.delete(job.id);
    const status = end === 'stopped' ? 'stopped' : code === 0 ? 'completed' : 'failed';
    job.over = { at: this.#clock.mono(), status, code };
    const over = [...this.#jobs.values()].filter((one) => one.over);
    for (const { id } of over.slice(0, -MOST_OVER)) this.#jobs.delete(id);
  }
}
