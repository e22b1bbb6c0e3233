import { isSessionError, type EventRow, type Run, type RunResult, type Said } from '@holdfast/agent/engine';
import type { Context } from '../context.ts';
import { exitOf } from '../exit-code.ts';
import { tameLine } from '../render/width.ts';
import { keyLines } from '../way-on.ts';
import type { Events } from './events.ts';
import type { Ground } from './ground.ts';
import type { SessionWatch } from './session-watch.ts';

/** What a session at a terminal waits for. */
export type Happened =
  | { readonly type: 'line'; readonly text: string }
  /** Ctrl-D, or the input is gone. */
  | { readonly type: 'end' }
  | { readonly type: 'over'; readonly result?: RunResult; readonly problem?: unknown }
  | { readonly type: 'lost'; readonly error: unknown }
  | { readonly type: 'stop' };

/**
 * The run of a session that is under way, and what waits for its end.
 * U1. It is over when its last row has been shown.
 * U2. What was said and no run has taken is not lost: it is said by the next one.
 */
export class UnderWay {
  readonly #context: Context;
  readonly #ground: Ground;
  readonly #events: Events<Happened>;
  #working = false;
  /** Follow-ups that no run has taken yet. */
  #queued: string[] = [];

  constructor(context: Context, ground: Ground, events: Events<Happened>) {
    this.#context = context;
    this.#ground = ground;
    this.#events = events;
  }

  get working(): boolean {
    return this.#working;
  }

  follow(run: Run, watch: SessionWatch): void {
    this.begin(run.session, this.#followed(run, watch));
  }

  /** Something works until this settles; the next Ctrl-C stops it. */
  begin(session: string, work: Promise<RunResult | undefined>): void {
    this.#working = true;
    const soft = this.#context.softened(() => void this.#ground.runtime.stop(session));
    const over = (happened: Happened): void => {
      soft[Symbol.dispose]();
      this.#events.push(happened);
    };
    work.then(
      (result) => over({ type: 'over', ...(result && { result }) }),
      (error: unknown) => over(isSessionError(error) ? { type: 'over', problem: error } : { type: 'lost', error }),
    );
  }

  async queue(session: string, said: Said): Promise<void> {
    await this.#ground.runtime.followUp(session, said);
    this.#queued.push(said.text.trim());
    this.#ground.view.remark('queued: it is said when this run is over (/steer TEXT says it at once)');
  }

  /** A run has taken what was said. */
  took({ event }: EventRow): void {
    if (event.type !== 'input' || event.item === undefined) return;
    const at = this.#queued.indexOf(event.text.trim());
    if (at >= 0) this.#queued.splice(at, 1);
  }

  forget(): void {
    this.#queued = [];
  }

  /** Tells the end; answers whether something waits that came between the last step and the end. */
  async over(session: string, result: RunResult | undefined): Promise<boolean> {
    this.#working = false;
    const { view } = this.#ground;
    if (result) await this.#told(session, result);
    const waiting = this.#queued.length;
    if (waiting === 0) return false;
    if (result && result.why !== 'done') {
      const messages = waiting === 1 ? 'one message of yours waits: it is' : `${waiting} messages of yours wait: they are`;
      view.remark(`${messages} said after the next one, or with /continue`);
      return false;
    }
    this.#queued = [];
    return true;
  }

  async #followed(run: Run, watch: SessionWatch): Promise<RunResult> {
    let last = 0;
    for await (const { seq } of run.events) last = seq;
    const result = await run.done;
    await watch.shown(last);
    return result;
  }

  async #told(session: string, result: RunResult): Promise<void> {
    const { view, beliefs, keys } = this.#ground;
    view.end(session, result, exitOf(result, this.#context.signal), true);
    const refused = result.failure?.blamed?.some(({ kind }) => kind === 'auth') ?? false;
    const believed = refused ? ((await beliefs?.()) ?? []) : [];
    if (keys) for (const line of keyLines(this.#context, result.failure, keys, believed)) view.notice(tameLine(line));
    if (result.why !== 'done') view.remark('/continue goes on with it; or say something else');
  }
}
