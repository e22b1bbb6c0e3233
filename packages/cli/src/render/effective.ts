import type { CallEvent } from '@holdfast/core/engine';

interface Call {
  readonly path: readonly string[];
  readonly chain: string;
  readonly skipped: string[];
}

/** Whose calls are whose, and which model answers while one that would be asked before it rests. */
export class Effective {
  readonly #calls = new Map<string, Call>();
  /** By chain: who answered instead, as it was last said. */
  readonly #said = new Map<string, string>();
  readonly #skips = new Map<string, string>();

  /** The agent path of a call: it stands in its session's name. */
  pathOf(event: CallEvent): readonly string[] {
    if (event.type === 'call-start')
      this.#calls.set(event.call, { path: (event.session ?? '').split('/').slice(1), chain: event.chain, skipped: [] });
    const path = this.#calls.get(event.call)?.path ?? [];
    return path;
  }

  /** A rest that was told at an earlier call, and has not changed since. */
  isOld(event: CallEvent): boolean {
    if (event.type !== 'skip') return false;
    const rest = `${event.reason} ${event.until}`;
    const old = event.until !== undefined && this.#skips.get(event.target) === rest;
    this.#skips.set(event.target, rest);
    return old;
  }

  /** Who answers, where that is not who should and it was not said before. */
  line(event: CallEvent): string | undefined {
    const call = this.#calls.get(event.call);
    if (event.type === 'call-end') this.#calls.delete(event.call);
    if (!call) return undefined;
    if (event.type === 'skip') call.skipped.push(event.target);
    // A failure names who is asked next.
    if (event.type === 'switch' || event.type === 'pause') call.skipped.length = 0;
    if (event.type !== 'attempt-commit') return undefined;
    const before = this.#said.get(call.chain);
    if (call.skipped.length === 0) {
      this.#said.delete(call.chain);
      return before === undefined ? undefined : `${event.target} answers`;
    }
    if (before === event.target) return undefined;
    this.#said.set(call.chain, event.target);
    return `${event.target} answers instead of ${call.skipped.join(', ')}`;
  }
}
