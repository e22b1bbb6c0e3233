import type { Clock } from '@holdfast/core';
import { orAbort } from '@holdfast/core/engine';
import { countedAfter, restAfterStart, restartAfter, RESTARTS, type RestartPolicy } from '../rules/mcp-restart.ts';
import type { Connection } from './connection.ts';

/**
 * A server over all its lives.
 *
 * V1. It is started when somebody wants it, once at a time however many do.
 * V2. One that dies is started again (M1); who wants it meanwhile waits for the first try, and is told at once after that.
 * V3. One that does not start is left alone for a while (M2, M3); who wants it meanwhile is told at once what happened, in the same words.
 * V4. After `close` nothing of it is left, and nothing of it begins.
 */
export class Server {
  readonly #name: string;
  readonly #dial: (signal: AbortSignal) => Promise<Connection>;
  readonly #clock: Clock;
  readonly #policy: RestartPolicy;
  readonly #own = new AbortController();
  #up: Connection | undefined;
  #since = 0;
  /** What whoever wants the server waits for. */
  #awaited: Promise<Connection> | undefined;
  /** Every life and every try, until it is over. */
  readonly #left = new Set<Promise<unknown>>();
  #failures = 0;
  #trouble: Error | undefined;
  #restarting = false;
  #notBefore = 0;

  constructor(name: string, dial: (signal: AbortSignal) => Promise<Connection>, clock: Clock, policy = RESTARTS) {
    this.#name = name;
    this.#dial = dial;
    this.#clock = clock;
    this.#policy = policy;
  }

  /** Rejects with the signal's reason, or with a plain Error that says why there is no server. */
  async want(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    if (this.#own.signal.aborted) throw new Error(`${this.#name} was closed.`);
    if (this.#up) return this.#up;
    if (!this.#awaited) {
      // In the same words: who tells it says it once.
      if (this.#trouble && (this.#restarting || this.#clock.mono() < this.#notBefore)) throw this.#trouble;
      this.#await(this.#start());
    }
    return orAbort(this.#awaited!, signal);
  }

  async close(): Promise<void> {
    this.#own.abort(new Error(`${this.#name} was closed.`));
    await this.#up?.close();
    while (this.#left.size > 0) await Promise.allSettled(this.#left);
  }

  #await(work: Promise<Connection>): void {
    const over = (): void => {
      if (this.#awaited === work) this.#awaited = undefined;
    };
    this.#awaited = work;
    this.#keep(work.then(over, over));
  }

  #keep(work: Promise<unknown>): void {
    this.#left.add(work);
    void work.finally(() => this.#left.delete(work));
  }

  async #start(): Promise<Connection> {
    const from = this.#clock.mono();
    try {
      const connection = await this.#dial(this.#own.signal);
      if (this.#own.signal.aborted) {
        await connection.close();
        throw this.#own.signal.reason;
      }
      this.#up = connection;
      this.#since = this.#clock.mono();
      this.#keep(connection.gone.then((why) => this.#died(why)));
      return connection;
    } catch (error) {
      const now = this.#clock.mono();
      this.#failures += 1;
      this.#trouble = error as Error;
      this.#notBefore = now + restAfterStart(this.#failures, now - from, this.#policy);
      throw error;
    }
  }

  #died(why: Error): void {
    this.#up = undefined;
    this.#trouble = why;
    this.#failures = countedAfter(this.#failures, this.#clock.mono() - this.#since) + 1;
    if (!this.#own.signal.aborted) this.#again(true);
  }

  /** One restart, and what follows when it fails. `first`: whoever wants the server waits for it. */
  #again(first: boolean): void {
    const next = restartAfter(this.#failures, this.#policy);
    this.#restarting = next.do === 'restart';
    this.#notBefore = this.#clock.mono() + next.ms;
    if (!this.#restarting) return;
    const work = this.#clock.sleep(next.ms, this.#own.signal).then(() => this.#start());
    if (first) this.#await(work);
    const over = work.then(
      () => void (this.#restarting = false),
      () => {
        if (!this.#own.signal.aborted) this.#again(false);
      },
    );
    this.#keep(over);
  }
}
