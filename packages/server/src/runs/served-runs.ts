import { isSessionError, type EventRow, type Run, type RunResult } from '@holdfast/agent/engine';

/** Runs that are over and are still known; what is older is read from the log. */
const KEPT = 1_000;

/** One run that this process drives, or drove. */
export interface ServedRun {
  readonly run: string;
  readonly session: string;
  /** Its rows come after this one. A run that is gone on with is the same run after another row. */
  readonly seq: number;
  /** Seq of its last row, once it is over. */
  readonly last?: number;
  readonly result?: RunResult;
  /** Its events could not be stored any more. */
  readonly failed?: string;
  /** Settles when it is over; never rejects. */
  readonly over: Promise<void>;
}

type Growing = { -readonly [K in keyof ServedRun]: ServedRun[K] };

/** The runs of this process. Each is read to its end here, whoever else looks at it: so its end is known. */
export class ServedRuns {
  readonly #runs = new Map<string, ServedRun>();
  readonly #saw: (row: EventRow) => void;
  #open = 0;
  #idle: (() => void)[] = [];

  /** `saw`: told of every row of these runs. */
  constructor(saw: (row: EventRow) => void) {
    this.#saw = saw;
  }

  get open(): number {
    return this.#open;
  }

  /** `seq`: the last row of its session before it began. */
  add(run: Run, seq: number): ServedRun {
    const own: Growing = { run: run.run, session: run.session, seq, over: undefined as never };
    this.#open++;
    own.over = this.#read(run, own).finally(() => {
      this.#open--;
      if (this.#open === 0) for (const idle of this.#idle.splice(0)) idle();
    });
    const key = keyOf(own);
    this.#runs.delete(key);
    this.#runs.set(key, own);
    if (this.#runs.size > KEPT) this.#drop();
    return own;
  }

  /** Without `seq` the newest part of it. */
  find(session: string, run: string, seq?: number): ServedRun | undefined {
    if (seq !== undefined) return this.#runs.get(keyOf({ session, run, seq }));
    return [...this.#runs.values()].findLast((one) => one.session === session && one.run === run);
  }

  /** The runs under way. */
  list(): readonly ServedRun[] {
    return [...this.#runs.values()].filter(isOpen);
  }

  /** Resolves when no run is under way. */
  idle(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => void this.#idle.push(resolve));
  }

  async #read(run: Run, own: Growing): Promise<void> {
    // It is looked at below, after its rows.
    run.done.catch(() => {});
    let last = own.seq;
    try {
      for await (const row of run.events) {
        last = row.seq;
        this.#saw(row);
      }
      own.result = await run.done;
    } catch (error) {
      own.failed = isSessionError(error) || error instanceof Error ? error.message : String(error);
    } finally {
      own.last = last;
    }
  }

  #drop(): void {
    for (const [key, one] of this.#runs) {
      if (isOpen(one)) continue;
      this.#runs.delete(key);
      return;
    }
  }
}

const isOpen = ({ last }: ServedRun): boolean => last === undefined;
const keyOf = ({ session, run, seq }: Pick<ServedRun, 'session' | 'run' | 'seq'>): string => JSON.stringify([session, run, seq]);
