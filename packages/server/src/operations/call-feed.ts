import type { CallEvent } from '@holdfast/core/engine';

/** An event and whose call it is of. */
export interface FedEvent {
  readonly event: CallEvent;
  readonly caller?: string;
}

export interface Watcher {
  /** Sees this caller's calls and those below it; absent: all. */
  readonly of?: string;
  take(fed: FedEvent): void;
  /** Nothing comes any more. */
  end(why: string): void;
}

/** Whoever asks about calls of `of` may see those of `caller`. */
export const mayTell = (of: string | undefined, caller: string | undefined): boolean =>
  of === undefined || caller === of || (caller?.startsWith(`${of}/`) ?? false);

export interface FeedPorts {
  /** What leaves goes through it. */
  readonly scrub: <T>(fact: T) => T;
  /** Told when the first watcher comes and when the last one leaves. */
  readonly watched?: (watched: boolean) => void;
}

/**
 * Events of calls as they happen, to whoever watches.
 * F1. A watcher hears of its own calls only.
 * F2. Without watchers an event costs the note of whose call it is, and is not scrubbed.
 */
export class CallFeed {
  readonly #ports: FeedPorts;
  readonly #watchers = new Set<Watcher>();
  /** Whose the open calls of this process are. */
  readonly #callers = new Map<string, string | undefined>();
  /** Others, beyond this process, that watch. */
  #elsewhere: ((fed: FedEvent) => void) | undefined;
  #ended: string | undefined;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
  }

  /** A call of this process. */
  readonly emit = (event: CallEvent): void => {
    const caller = this.#callerOf(event);
    if (this.#watchers.size === 0 && !this.#elsewhere) return;
    const fed = { event: this.#ports.scrub(event), ...(caller !== undefined && { caller }) };
    this.#elsewhere?.(fed);
    this.tell(fed);
  };

  #callerOf(event: CallEvent): string | undefined {
    if (event.type === 'call-start') this.#callers.set(event.call, event.caller);
    const caller = this.#callers.get(event.call);
    if (event.type === 'call-end') this.#callers.delete(event.call);
    return caller;
  }

  /** A call of any process of this gateway. */
  tell(fed: FedEvent): void {
    for (const watcher of this.#watchers) if (mayTell(watcher.of, fed.caller)) watcher.take(fed);
  }

  /** Somebody elsewhere watches, or nobody does any more. */
  relay(to: ((fed: FedEvent) => void) | undefined): void {
    this.#elsewhere = to;
  }

  watch(watcher: Watcher): () => void {
    if (this.#ended !== undefined) {
      watcher.end(this.#ended);
      return () => {};
    }
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) this.#ports.watched?.(true);
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.#ports.watched?.(false);
    };
  }

  /** Every watcher is told that nothing comes any more, and so is who comes later. */
  end(why: string): void {
    this.#ended = why;
    const all = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of all) watcher.end(why);
  }
}
