import { isSessionError, type Answer, type EventRow, type Pending, type Runtime } from '@holdfast/agent/engine';
import { follow } from '@holdfast/core/engine';
import { givenAnswer } from './question-policy.ts';

export interface DeskPorts {
  readonly runtime: Pick<Runtime, 'answer'>;
  readonly attended: boolean;
  /** It may change while a session goes on. */
  readonly yolo: () => boolean;
  /** Puts one question to the user. Rejects when the signal fires. */
  readonly ask: (question: Pending, signal: AbortSignal) => Promise<Answer>;
  readonly notice: (text: string) => void;
  readonly remark: (text: string) => void;
  /** What nobody foresaw: it ends the command. */
  readonly lost: (error: unknown) => void;
}

/**
 * The questions of one session, its children's too.
 * D1. One is asked at a time, in the order they came.
 * D2. One that is answered elsewhere, or that nothing waits for any more, is taken off the screen; why is said, unless the end of the run is.
 * D3. Rows are taken without waiting: what happens meanwhile is seen.
 */
export class QuestionDesk implements Disposable {
  readonly #ports: DeskPorts;
  readonly #session: string;
  readonly #open = new Map<string, Pending>();
  #asked: { readonly id: string; readonly stop: AbortController; mine: boolean } | undefined;
  #extended = 0;
  #closed = false;

  constructor(session: string, ports: DeskPorts) {
    this.#session = session;
    this.#ports = ports;
  }

  row({ event, path }: EventRow): void {
    if (event.type === 'question') {
      const { type: _, ...question } = event;
      this.#open.set(question.id, { ...question, path });
      this.#next();
    } else if (event.type === 'answer') this.#drop(({ id }) => id === event.id, 'answered elsewhere');
    else if (event.type === 'tool-result')
      this.#drop((one) => one.about !== 'limit' && one.call.id === event.id && same(one.path, path), 'over');
    else if (event.type === 'run-end') {
      if (path.length === 0) this.#extended = 0;
      this.#drop((one) => same(one.path.slice(0, path.length), path), path.length === 0 ? undefined : 'over');
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#open.clear();
    this.#asked?.stop.abort();
  }

  #drop(which: (one: Pending) => boolean, why: string | undefined): void {
    for (const [id, one] of this.#open) {
      if (!which(one)) continue;
      this.#open.delete(id);
      if (this.#asked?.id !== id || this.#asked.mine) continue;
      this.#asked.stop.abort();
      if (why !== undefined) this.#ports.remark(`(${why})`);
    }
  }

  #next(): void {
    const question = this.#open.values().next().value;
    if (!question || this.#asked || this.#closed) return;
    const stop = new AbortController();
    const asked = { id: question.id, stop, mine: false };
    this.#asked = asked;
    const { ports, lost } = { ports: this.#ports, lost: this.#ports.lost };
    void this.#put(question, stop.signal, () => (asked.mine = true))
      .catch((error: unknown) => {
        // Somebody else was faster; or the run is over.
        if (isSessionError(error) && error.kind === 'gone') ports.remark('(answered elsewhere)');
        else if (!stop.signal.aborted) lost(error);
      })
      .finally(() => {
        this.#open.delete(question.id);
        this.#asked = undefined;
        this.#next();
      });
  }

  async #put(question: Pending, signal: AbortSignal, mine: () => void): Promise<void> {
    const { attended, yolo, notice, ask, runtime } = this.#ports;
    const given = givenAnswer(question, { yolo: yolo(), attended, extended: this.#extended });
    if (given?.notice !== undefined) notice(given.notice);
    using link = follow(signal);
    const answer = given?.answer ?? (await ask(question, link.signal));
    mine();
    if (question.about === 'limit' && answer.decision === 'allow') this.#extended += 1;
    await runtime.answer(this.#session, question.id, answer);
  }
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((step, at) => step === b[at]);
