import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { MovingStore } from './moving-store.ts';
import type { Clock } from './ports.ts';
import { hash53 } from './rules/hash.ts';
import { knownBy } from './rules/transcript/opaque.ts';
import type { Origin } from './rules/transcript/origin.ts';

export interface MovingPorts {
  /** Epoch ms. */
  readonly now: () => number;
  readonly store?: MovingStore;
  /** Whether histories come from callers who say nothing of origins; a run loop that keeps them itself needs no table. */
  readonly makers: boolean;
  /** Calls `wake` after `ms`; without it a store is waited for however long it takes. */
  readonly after?: Clock['after'];
  /** Told once of a store that failed or is slow. */
  readonly say?: (line: string) => void;
}

const DAY = 24 * 60 * 60_000;
/** Ms a store may take before a call goes on without it, and for which one that took longer is left alone. */
const PATIENCE = 50;
const REST = 5_000;
const MAKERS_DAYS = 30;
/** Models change: what one refused a week ago is tried again. */
const REPAIRS_DAYS = 7;
/** About 100 bytes each. */
const MOST_VALUES = 50_000;
const MOST_SCOPES = 500;
const MOST_REPAIRS = 16;
/** Opaque values are as good as random: some of a long one names it. */
const SAMPLE = 48;

const nameOf = (value: string): string =>
  value.length <= 4 * SAMPLE
    ? hash53(value)
    : hash53(
        `${value.length}:${value.slice(0, SAMPLE)}${value.slice(value.length >> 1, (value.length >> 1) + SAMPLE)}${value.slice(-SAMPLE)}`,
      );

interface Known {
  /** Undefined: the store does not know it either. */
  readonly origin: Origin | undefined;
  readonly at: number;
}

/**
 * The table behind T1 for histories that callers keep (note 11), and the memory of T3: bounded, in this process first, behind it a store.
 *
 * V1. A lookup in a projection never waits: what a prompt needs is fetched before.
 * V2. An answer's values are written once, when it is over.
 * V3. Whatever the store does, no call fails of it.
 */
export class Moving {
  readonly #ports: MovingPorts;
  readonly #values = new Map<string, Known>();
  readonly #origins = new Map<string, Origin>();
  readonly #repairs = new Map<string, Map<string, number>>();
  #failed = false;
  #slowAt = -Infinity;
  #said = false;

  constructor(ports: MovingPorts) {
    this.#ports = ports;
  }

  get keepsMakers(): boolean {
    return this.#ports.makers;
  }

  readonly madeBy = (value: string): Origin | undefined => {
    const known = this.#values.get(nameOf(value));
    return known && known.at >= this.#ports.now() - MAKERS_DAYS * DAY ? known.origin : undefined;
  };

  /** Fetches what a prompt's values need to be known by; undefined when there is nothing to wait for. */
  ready(prompt: LanguageModelV4Prompt): Promise<void> | undefined {
    if (!this.#asks) return undefined;
    return this.readyFor(prompt.flatMap(({ content }) => (typeof content === 'string' ? [] : content.flatMap((part) => knownBy(part)))));
  }

  /** The same for values that were found in a history of any shape. */
  readyFor(values: readonly string[]): Promise<void> | undefined {
    const { store, now } = this.#ports;
    if (!store || !this.#asks) return undefined;
    const wanted = new Set(values.map(nameOf).filter((name) => !this.#values.has(name)));
    return wanted.size === 0 ? undefined : this.#fetch(store, [...wanted], now());
  }

  get #asks(): boolean {
    return this.#ports.makers && this.#ports.store !== undefined && !this.#failed;
  }

  async #fetch(store: MovingStore, wanted: readonly string[], now: number): Promise<void> {
    const found = await this.#safe(() => store.makers(wanted, now - MAKERS_DAYS * DAY));
    // No answer says nothing: it is asked again when it answers again.
    if (found) for (const name of wanted) this.#keep(name, found.get(name), now);
  }

  handedOut(values: readonly string[], { entry, protocol, model, account }: Origin): void {
    const { store, now } = this.#ports;
    if (values.length === 0) return;
    const key = `${entry}\n${protocol}\n${model}\n${account}`;
    let origin = this.#origins.get(key);
    if (!origin) this.#origins.set(key, (origin = { entry, protocol, model, account }));
    const names = [...new Set(values.map(nameOf))];
    const at = now();
    for (const name of names) this.#keep(name, origin, at);
    if (store) void this.#safe(() => store.handedOut(names, origin, at));
  }

  #keep(name: string, origin: Origin | undefined, at: number): void {
    this.#values.delete(name);
    this.#values.set(name, { origin, at });
    if (this.#values.size > MOST_VALUES) this.#values.delete(this.#values.keys().next().value!);
  }

  /** The repairs that a model of an entry needs. */
  repairsAt(scope: string): readonly string[] | Promise<readonly string[]> {
    const known = this.#repairs.get(scope);
    if (!known) return this.#firstRepairs(scope);
    if (known.size === 0) return NONE;
    const since = this.#ports.now() - REPAIRS_DAYS * DAY;
    return [...known].flatMap(([repair, at]) => (at >= since ? [repair] : []));
  }

  #firstRepairs(scope: string): readonly string[] | Promise<readonly string[]> {
    const { store, now } = this.#ports;
    const own = new Map<string, number>();
    this.#repairs.set(scope, own);
    if (this.#repairs.size > MOST_SCOPES) this.#repairs.delete(this.#repairs.keys().next().value!);
    if (!store || this.#failed) return NONE;
    const at = now();
    return this.#safe(() => store.repairs(scope, at - REPAIRS_DAYS * DAY)).then((found) => {
      if (!found && own.size === 0) this.#repairs.delete(scope);
      for (const repair of found ?? NONE) own.set(repair, at);
      return found ?? NONE;
    });
  }

  learn(scope: string, repair: string): void {
    const { store, now } = this.#ports;
    const known = this.#repairs.get(scope) ?? new Map<string, number>();
    this.#repairs.set(scope, known);
    const since = this.#ports.now() - REPAIRS_DAYS * DAY;
    for (const [old, at] of known) if (at < since) known.delete(old);
    if (known.size >= MOST_REPAIRS && !known.has(repair)) return;
    known.set(repair, now());
    if (store) void this.#safe(() => store.learn(scope, repair, now()));
  }

  async #safe<T>(verb: () => T | PromiseLike<T>): Promise<T | undefined> {
    // A clock that is set back leaves it alone no longer.
    if (this.#failed || Math.abs(this.#ports.now() - this.#slowAt) < REST) return undefined;
    try {
      return await this.#soon(verb());
    } catch (error) {
      this.#failed = true;
      this.#say(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #soon<T>(answer: T | PromiseLike<T>): T | Promise<T | undefined> {
    const { after } = this.#ports;
    if (after === undefined || !isPromise(answer)) return answer as T;
    return new Promise((resolve, reject) => {
      const stop = after(PATIENCE, () => {
        this.#slowAt = this.#ports.now();
        this.#say(`no answer within ${PATIENCE} ms`);
        resolve(undefined);
      });
      const end =
        <V>(then: (value: V) => void) =>
        (value: V): void => {
          stop();
          then(value);
        };
      answer.then(end(resolve), end(reject));
    });
  }

  #say(why: string): void {
    if (!this.#said) this.#ports.say?.(`what moves between models is remembered in this process only: ${why}`);
    this.#said = true;
  }
}

const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as PromiseLike<T> | undefined)?.then === 'function';

/** The time by which a store is waited for. */
export const wakingBy = (clock: Pick<Clock, 'now' | 'after'>): Pick<MovingPorts, 'now' | 'after'> => ({
  now: () => clock.now(),
  after: (ms, wake) => clock.after(ms, wake),
});

const NONE: readonly string[] = [];
