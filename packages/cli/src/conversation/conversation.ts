import { isSessionError, type Said, type StartInput } from '@holdfast/agent/engine';
import { orAbort } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context } from '../context.ts';
import { stopCode } from '../exit-code.ts';
import { typedMessage } from '../prompt-text.ts';
import { tameLine } from '../render/width.ts';
import type { RuntimeOptions } from '../runtime-setup.ts';
import { sessionProblem } from '../session-problem.ts';
import { askable, Choices } from './choices.ts';
import { command } from './commands.ts';
import { Events } from './events.ts';
import { folderOf } from './folder.ts';
import type { Ground, Talk } from './ground.ts';
import type { SessionWatch } from './session-watch.ts';
import { UnderWay, type Happened } from './under-way.ts';
import { sessionWords, watching } from './watching.ts';

/**
 * A session at a terminal: what is typed becomes prompts, follow-ups and commands; what happens is shown.
 *
 * I1. A line is dealt with when the one before it has been; a run goes on meanwhile.
 * I2. A mistake in what is typed costs that line and nothing else.
 */
export class Conversation implements Talk {
  readonly context: Context;
  readonly ground: Ground;
  readonly options: RuntimeOptions;
  readonly events = new Events<Happened>();
  yolo = false;
  readonly #run: UnderWay;
  #watch: SessionWatch | undefined;
  #leaving = false;
  readonly #choices = new Choices();
  #first = '';

  constructor(context: Context, ground: Ground, options: RuntimeOptions) {
    this.context = context;
    this.ground = ground;
    this.options = options;
    this.#run = new UnderWay(context, ground, this.events);
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }

  get session(): string | undefined {
    return this.#watch?.session;
  }

  get working(): boolean {
    return this.#run.working;
  }

  get agent(): string {
    return this.#choices.turnedTo ?? this.#watch?.agent ?? this.#first;
  }

  get models(): ReadonlyMap<string, string> {
    return this.#watch?.models ?? this.#choices.models;
  }

  /** What the prompt says; undefined while a run works. */
  get prompt(): string | undefined {
    if (this.working) return undefined;
    return this.agent === this.#first ? '> ' : `${tameLine(this.agent)} > `;
  }

  async open(): Promise<void> {
    const agents = await this.ground.runtime.agents();
    this.#first = this.options.agent ?? agents[0]?.name ?? '';
    const welcome = agents.find(({ name }) => name === this.#first)?.welcome;
    if (welcome !== undefined) this.print([welcome.trimEnd()]);
  }

  close(): void {
    this.#watch?.[Symbol.dispose]();
  }

  /** Deals with one thing; answers the exit code when the session is over. */
  async take(happened: Happened): Promise<number | undefined> {
    if (!this.signal.aborted) {
      if (happened.type === 'lost') throw happened.error;
      // Who leaves stops his run: it can be gone on with.
      if (happened.type === 'end') return this.working ? EXIT.interrupted : EXIT.done;
      if (happened.type === 'line') await this.#line(happened.text).catch((error: unknown) => this.#mistake(error));
      if (happened.type === 'over') await this.#over(happened).catch((error: unknown) => this.#mistake(error));
    }
    if (this.signal.aborted) return stopCode(this.signal);
    return this.#leaving && !this.working ? EXIT.done : undefined;
  }

  async say(said: Said, agent?: string): Promise<void> {
    if (agent !== undefined && agent !== this.agent) this.turnTo(agent);
    const { session } = this;
    if (this.working && session !== undefined) return this.#run.queue(session, said);
    this.ground.view.typed(said.text);
    await this.#start({ prompt: said }).catch(async (error: unknown) => {
      if (!isSessionError(error) || error.kind !== 'busy' || session === undefined) throw error;
      await this.#run.queue(session, said);
      this.remark(`${error.message}: it is said there`);
    });
  }

  async steer(said: Said): Promise<void> {
    if (!this.working || this.session === undefined) return this.say(said);
    await this.ground.runtime.steer(this.session, said);
    this.remark('it is said at the next step');
  }

  turnTo(agent: string): void {
    this.#choices.turnedTo = agent;
    this.remark(`${agent} answers what is said next`);
  }

  async choose(agent: string, ref: string | undefined): Promise<void> {
    if (ref !== undefined) askable(this.ground, agent, ref);
    if (this.session !== undefined) await this.ground.runtime.setModel(this.session, { agent, ...(ref !== undefined && { ref }) });
    else this.#choices.choose(agent, ref);
    this.remark(`${agent} is asked with ${ref ?? 'its own model again'} from its next answer on`);
  }

  async compact(words: string): Promise<void> {
    const session = this.#spoken();
    const work = this.ground.runtime.compact(session, words);
    if (!this.working)
      return this.#run.begin(
        session,
        work.then(() => undefined),
      );
    await work;
    this.remark('it is summarised at the next step');
  }

  async goOn(): Promise<void> {
    const session = this.#spoken();
    if (this.working) return this.remark('it goes on already');
    const run = await orAbort(this.ground.runtime.resume(session), this.signal);
    this.#run.follow(run, this.#watch ?? this.#watching(session));
  }

  async switchTo(session: string | undefined): Promise<void> {
    if (this.working) throw new CommandError(EXIT.usage, 'a run is under way: stop it with Ctrl-C, or wait for its end');
    this.#watch?.[Symbol.dispose]();
    this.#watch = this.#choices.turnedTo = undefined;
    this.#run.forget();
    if (session === undefined) return this.remark('a new session begins with what is said next');
    const head = (await this.ground.runtime.sessions()).find(({ id }) => id === session);
    await this.#watching(session, head?.events ?? 0).shown(head?.events ?? 0);
    this.remark(sessionWords(session, head));
  }

  leave(): void {
    this.#leaving = true;
    if (this.working) this.remark('left when the run is over; Ctrl-C stops it');
  }

  costs(most: number): readonly string[] {
    return this.#watch?.ledger.lines(most) ?? ['nothing was paid yet'];
  }

  print = (lines: readonly string[]): void => this.ground.view.print(lines);

  remark = (text: string): void => this.ground.view.remark(text);

  async #line(text: string): Promise<void> {
    if (text.trim() === '' || (await command(this, text))) return;
    if (/^\s*(exit|quit)\s*$/.test(text)) return this.leave();
    await this.say(typedMessage(text, folderOf(this)));
  }

  /** I2. */
  #mistake(error: unknown): void {
    const problem = sessionProblem(error);
    if (!(problem instanceof CommandError)) throw problem;
    if (!this.signal.aborted) this.ground.view.notice(problem.message);
  }

  #spoken(): string {
    if (this.session === undefined) throw new CommandError(EXIT.usage, 'nothing was said yet; /sessions lists the sessions of this file');
    return this.session;
  }

  async #start(input: Pick<StartInput, 'prompt'>): Promise<void> {
    const { session } = this;
    const begun = this.ground.runtime.start({ ...input, ...this.#choices.input(session) });
    const run = await orAbort(begun, this.signal);
    this.#choices.turnedTo = undefined;
    this.#run.follow(run, this.#watch ?? this.#watching(run.session));
  }

  async #over({ result, problem }: Happened & { readonly type: 'over' }): Promise<void> {
    if (this.session !== undefined && (await this.#run.over(this.session, result))) await this.#start({});
    if (problem !== undefined) this.#mistake(problem);
  }

  #watching(session: string, known = 0): SessionWatch {
    return (this.#watch = watching(this, { session, known, events: this.events, row: (row) => this.#run.took(row) }));
  }
}
