import { NEVER } from '@holdfast/core/engine';
import { ActiveSession, type SessionPorts } from './active-session.ts';
import { beginningOf, heard, saidIn, type Beginning } from './beginning.ts';
import { drive } from './drive.ts';
import { Feed } from './feed.ts';
import { HeldSessions, type Held, type Root } from './held-sessions.ts';
import type { LiveListener } from './live.ts';
import type { SessionHead } from './ports.ts';
import { validAnswer } from './rules/answer-check.ts';
import type { Answer, EventRow, SessionRules } from './rules/events.ts';
import { snapshot, type RunState } from './rules/fold.ts';
import { loop } from './rules/loop.ts';
import { answerIn } from './rules/loop-inbox.ts';
import { goneError, wrongAnswer } from './rules/session-error.ts';
import { resultOf } from './result-of.ts';
import type { RunsPorts } from './runs-ports.ts';
import type { InboxItem } from './rules/world.ts';
import type { AgentInfo, Pending, Run, RunResult, Runtime, Said, StartInput } from './runtime.ts';

export class Runs implements Runtime {
  readonly #ports: RunsPorts;
  readonly #session: SessionPorts;
  readonly #feed: Feed;
  readonly #held: HeldSessions;
  readonly #tails = new Set<Promise<void>>();

  constructor(ports: RunsPorts) {
    this.#ports = ports;
    this.#feed = new Feed(ports.store, ports.clock);
    const held = { idle: (session: string) => this.#held.release(session), broke: (session: string) => this.#held.end(session) };
    this.#session = { ...ports, ...held, wrote: (session, rows) => this.#wrote(session, rows) };
    this.#held = new HeldSessions(ports, (session, known) => new ActiveSession(session, known, this.#session));
  }

  async start(input: StartInput): Promise<Run> {
    const { store, newId, clock, agent, agents } = this.#ports;
    const { file, cwd } = agent;
    const beginning = beginningOf(input, agent.name, agents);
    const id = input.session ?? newId();
    if (beginning.first !== undefined) await store.create({ id, file, agent: beginning.first, cwd, at: clock.now() });
    return this.#begin(id, saidIn(input.prompt), beginning);
  }

  resume(session: string): Promise<Run> {
    return this.#begin(session, [], {});
  }

  steer(session: string, said: string | Said): Promise<void> {
    return this.#put(session, 'steer', said);
  }

  followUp(session: string, said: string | Said): Promise<void> {
    return this.#put(session, 'follow-up', said);
  }

  approve(session: string, question: string, tool = false): Promise<void> {
    return this.answer(session, question, { decision: tool ? 'allow-tool' : 'allow' });
  }

  async answer(session: string, question: string, answer: Answer): Promise<void> {
    const asked = (await this.pending(session)).find(({ id }) => id === question);
    const waiting = await this.#ports.store.inbox(session);
    // The first answer counts, also when no run has taken it yet.
    if (!asked || waiting.some((item) => answerIn(item, question))) throw goneError(session, question);
    const valid = validAnswer(asked, answer);
    if ('error' in valid) throw wrongAnswer(session, valid.error);
    await this.#put(session, 'answer', JSON.stringify({ question, ...answer }));
  }

  async pending(session: string): Promise<readonly Pending[]> {
    const { tree } = await this.#held.latest(session);
    return [...tree.open.values()];
  }

  async compact(session: string, words = ''): Promise<void> {
    await this.#put(session, 'compact', words);
    if (this.#held.get(session)?.root) return;
    await (
      await this.#begin(session, [], {})
    ).done;
  }

  setModel(session: string, choice: { readonly agent?: string; readonly ref?: string }): Promise<void> {
    return this.#put(session, 'model', JSON.stringify(choice));
  }

  setPermissions(session: string, rules: SessionRules): Promise<void> {
    return this.#put(session, 'permissions', JSON.stringify(rules));
  }

  async stop(session: string): Promise<void> {
    const held = this.#held.end(session);
    await Promise.all([held?.active.stopAll(), held?.root?.done.catch(() => {})]);
  }

  follow(session: string, after: number, signal: AbortSignal): AsyncGenerator<EventRow, void> {
    return this.#feed.follow(session, after, signal);
  }

  live(listener: LiveListener): Disposable {
    return this.#ports.live.subscribe(listener);
  }

  async state(session: string): Promise<RunState> {
    return snapshot((await this.#held.latest(session)).state);
  }

  sessions(filter: { readonly limit?: number } = {}): Promise<readonly SessionHead[]> {
    return this.#ports.store.list({ file: this.#ports.agent.file, ...filter });
  }

  async agents(): Promise<readonly AgentInfo[]> {
    return this.#ports.team();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held.names()].map((session) => this.stop(session)));
    await Promise.all(this.#tails);
  }

  async #put(session: string, kind: InboxItem['kind'], said: string | Said): Promise<void> {
    const { store, newId, clock, redact } = this.#ports;
    const { text, files } = typeof said === 'string' ? { text: said, files: undefined } : said;
    await store.enqueue(session, redact({ id: newId(), kind, text, at: clock.now(), ...(files && files.length > 0 && { files }) }));
    this.#held.get(session)?.active.inbox.stir();
  }

  async #begin(session: string, said: readonly Said[], { first, chosen, permissions, models = [] }: Beginning): Promise<Run> {
    const held = await this.#held.hold(session);
    try {
      if (permissions) await this.#put(session, 'permissions', JSON.stringify(permissions));
      if (chosen !== undefined) await this.#put(session, 'agent', chosen);
      for (const choice of models) await this.#put(session, 'model', JSON.stringify(choice));
      for (const one of said) await this.#put(session, 'prompt', one);
      const { active } = held;
      const { state, seq, run } = active.known;
      if (said.length === 0 && state.ended?.why === 'done' && !(await heard(active))) {
        held.claimed = false;
        this.#held.release(session);
        return { session, run, events: this.#rows(session, seq, () => seq), done: Promise.resolve(resultOf(state)) };
      }
      return this.#launch(session, held, said.length === 0, first);
    } catch (error) {
      held.claimed = false;
      this.#held.release(session);
      throw error;
    }
  }

  #launch(session: string, held: Held, resumed: boolean, first: string | undefined): Run {
    const { active } = held;
    const { known, log } = active;
    const from = known.seq;
    // A run that broke off is the same run when it goes on.
    const run = known.state.ended || from === 0 ? this.#ports.newId() : known.run;
    const root: Root = { stop: new AbortController(), last: undefined, done: undefined as never };
    held.root = root;
    held.claimed = false;
    active.takeUp();
    root.done = this.#drive(active, run, resumed, first, root.stop.signal).finally(() => {
      root.last = log.seq;
      held.root = undefined;
      this.#held.release(session);
      this.#feed.publish(session, []);
    });
    root.done.then(() => this.#tail(this.#ports.after(session, known, from === 0))).catch(() => {});
    return { session, run, events: this.#rows(session, from, () => root.last), done: root.done };
  }

  async #drive(active: ActiveSession, run: string, resumed: boolean, first: string | undefined, signal: AbortSignal): Promise<RunResult> {
    const { newId, agent } = this.#ports;
    for (let [id, again] = [run, resumed]; ; [id, again] = [newId(), false]) {
      const path = active.root(id);
      const options = { ...path.options(first ?? agent.name), resumed: again };
      const why = await drive(loop(snapshot(active.known.state), options), path.handlers, signal);
      // What was said while the last event was written would otherwise wait for a run that nobody starts.
      if (why !== 'done' || signal.aborted || !(await heard(active))) return resultOf(active.known.state);
    }
  }

  #wrote(session: string, rows: readonly EventRow[]): void {
    this.#feed.publish(session, rows);
    if (this.#ports.observe) for (const row of rows) this.#ports.observe(row);
  }

  #tail(work: Promise<void>): void {
    this.#tails.add(work);
    void work.finally(() => this.#tails.delete(work));
  }

  #rows(session: string, from: number, upTo: () => number | undefined): AsyncIterable<EventRow> {
    return { [Symbol.asyncIterator]: () => this.#feed.follow(session, from, NEVER, upTo) };
  }
}
