import type { EventRow } from '@holdfast/agent/engine';
import { Ledger } from '../render/ledger.ts';
import type { Ground } from './ground.ts';
import { QuestionDesk, type DeskPorts } from './question-desk.ts';

export interface WatchPorts extends DeskPorts {
  readonly view: Ground['view'];
  /** Told of every row that is not from before. */
  readonly row: (row: EventRow) => void;
}

/**
 * One session as it is watched from a terminal, from its first row on: also between runs, and while another process drives it.
 * W1. Each row is shown once, in order. What was there before is not shown again; it counts for costs, and says who answers.
 */
export class SessionWatch implements Disposable {
  readonly session: string;
  readonly ledger = new Ledger();
  readonly models = new Map<string, string>();
  /** Who answers in it; undefined: nobody has yet. */
  agent: string | undefined;
  readonly #ports: WatchPorts;
  readonly #stop = new AbortController();
  readonly #desk: QuestionDesk;
  readonly #waiting = new Set<() => void>();
  readonly #known: number;
  #seq = 0;

  /** `known`: the last row that was there before. */
  constructor(session: string, known: number, runtime: Ground['runtime'], ports: WatchPorts) {
    this.session = session;
    this.#known = known;
    this.#ports = ports;
    this.#desk = new QuestionDesk(session, ports);
    this.#follow(runtime).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) ports.lost(error);
    });
  }

  /** Resolves when that row has been shown. */
  async shown(seq: number): Promise<void> {
    while (this.#seq < seq && !this.#stop.signal.aborted) await new Promise<void>((resolve) => void this.#waiting.add(resolve));
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#desk[Symbol.dispose]();
    this.#wake();
  }

  async #follow(runtime: Ground['runtime']): Promise<void> {
    for await (const row of runtime.follow(this.session, 0, this.#stop.signal)) {
      if (this.#stop.signal.aborted) return;
      this.#take(row);
      this.#seq = row.seq;
      this.#wake();
    }
  }

  #take(row: EventRow): void {
    const { event, path, seq } = row;
    const { view } = this.#ports;
    this.ledger.take(row);
    if (path.length === 0 && event.type === 'run-start') this.agent ??= event.agent;
    if (path.length === 0 && event.type === 'agent-switch') this.agent = event.to;
    if (event.type === 'model-choice' && event.lasts === 'session') {
      if (event.ref === undefined) this.models.delete(event.agent);
      else this.models.set(event.agent, event.ref);
    }
    if (seq <= this.#known) return view.known(row);
    view.row(row);
    this.#desk.row(row);
    this.#ports.row(row);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
