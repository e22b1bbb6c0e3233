import type { Clock } from '@holdfast/core/engine';

/** A message between two processes. Plain data: it travels as JSON. */
export type LinkMessage =
  | { readonly holdfast: 'ask'; readonly id: number; readonly verb: string; readonly data?: unknown }
  | { readonly holdfast: 'answer'; readonly id: number; readonly data?: unknown; readonly error?: string }
  | { readonly holdfast: 'tell'; readonly verb: string; readonly data?: unknown };

export interface LinkPorts {
  readonly send: (message: LinkMessage) => void;
  readonly clock: Pick<Clock, 'after'>;
}

/** What an end of a link does when it is asked; what it answers is the answer. */
export type Verbs = Readonly<Record<string, (data: never) => unknown>>;

/** Ms that an answer may take. */
const PATIENCE = 5_000;

/** One end of a link between two processes: both may ask and tell. */
export class Link {
  readonly #ports: LinkPorts;
  readonly #waiting = new Map<number, (answer: { readonly data?: unknown; readonly error?: string }) => void>();
  /** What came before anybody here knew what to do with it: a process that is starting learns by and by. */
  readonly #early: Exclude<LinkMessage, { holdfast: 'answer' }>[] = [];
  #verbs: Verbs = {};
  #last = 0;

  constructor(ports: LinkPorts) {
    this.#ports = ports;
  }

  serve(verbs: Verbs): void {
    this.#verbs = { ...this.#verbs, ...verbs };
    for (const message of this.#early.splice(0)) void this.#perform(message);
  }

  tell(verb: string, data?: unknown): void {
    this.#ports.send({ holdfast: 'tell', verb, data });
  }

  ask(verb: string, data?: unknown, patience = PATIENCE): Promise<unknown> {
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      const stop = this.#ports.clock.after(patience, () => this.#settle(id, { error: `no answer to ${verb}` }));
      this.#waiting.set(id, ({ data: answer, error }) => {
        stop();
        if (error === undefined) resolve(answer);
        else reject(new Error(error));
      });
      try {
        this.#ports.send({ holdfast: 'ask', id, verb, data });
      } catch (error) {
        this.#settle(id, { error: String(error) });
      }
    });
  }

  /** A message of the other end; what is none of ours is left alone. */
  readonly take = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('holdfast' in message)) return;
    const one = message as LinkMessage;
    if (one.holdfast === 'answer') this.#settle(one.id, one);
    else void this.#perform(one);
  };

  /** The other end is gone. */
  close(): void {
    for (const id of Array.from(this.#waiting.keys())) this.#settle(id, { error: 'the other process is gone' });
  }

  #settle(id: number, answer: { readonly data?: unknown; readonly error?: string }): void {
    const wake = this.#waiting.get(id);
    this.#waiting.delete(id);
    wake?.(answer);
  }

  async #perform(message: Exclude<LinkMessage, { holdfast: 'answer' }>): Promise<void> {
    const verb = this.#verbs[message.verb] as ((data: unknown) => unknown) | undefined;
    if (verb === undefined) return void this.#early.push(message);
    const answer = (more: { readonly data?: unknown; readonly error?: string }): void => {
      if (message.holdfast === 'ask') this.#ports.send({ holdfast: 'answer', id: message.id, ...more });
    };
    try {
      answer({ data: await verb(message.data) });
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}
