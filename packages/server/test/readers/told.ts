import type { Heard } from './heard.ts';

export interface ToldCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** What a strict reader of a protocol is left with. */
export interface Told {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToldCall[];
  /** The protocol's own word, as it was sent. */
  readonly finish: string | undefined;
  /** The message of the protocol's error, in the stream or as a body. */
  readonly error: { readonly type: string; readonly code?: string | null; readonly message: string } | undefined;
  /** How often what was shown was taken back, by clients that said that they can. */
  readonly withdrawn?: number;
  /** Output tokens, where they were told. */
  readonly output: number | undefined;
  /** What breaks the protocol; none of a gateway that is well. */
  readonly faults: readonly string[];
  readonly status: number | undefined;
}

/** Collects what is wrong; a reader goes on as far as it can. */
export class Notes {
  readonly faults: string[] = [];

  check(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault);
  }

  /** One value for the whole answer. */
  readonly #first = new Map<string, unknown>();
  same(name: string, value: unknown): void {
    if (!this.#first.has(name)) this.#first.set(name, value);
    this.check(this.#first.get(name) === value, `${name} changes from ${String(this.#first.get(name))} to ${String(value)}`);
  }

  json(text: string, what: string): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      this.faults.push(`${what} does not parse: ${text.slice(0, 200)}`);
      return undefined;
    }
  }
}

/** An answer that ends well ends HTTP well; one that is broken for good never does (C8). */
export function checkEnd(
  notes: Notes,
  heard: Heard,
  { finished, failed, rest }: { finished: boolean; failed: boolean; rest: string },
): void {
  notes.check(finished !== failed, finished ? 'both finished and failed' : 'neither finished nor failed: cut silently');
  notes.check(heard.complete === finished, heard.complete ? 'a clean end without a finish' : 'finished, but HTTP did not end');
  if (finished) notes.check(rest === '', `something stands behind the last event: ${rest}`);
}

/** What holds of every head of a stream. */
export function checkHead(notes: Notes, { status, headers }: Heard): void {
  notes.check(status === 200, `status ${status}`);
  notes.check(String(headers['content-type']).startsWith('text/event-stream'), `content-type ${String(headers['content-type'])}`);
  notes.check(
    headers['content-length'] === undefined && headers['content-encoding'] === undefined,
    'a stream with a length or an encoding',
  );
}
