import { isDeepStrictEqual } from 'node:util';
import { VirtualClock } from '@holdfast/lab';
import { snapshot } from '../src/rules/fold.ts';
import { isSessionError } from '../src/rules/session-error.ts';
import { pathOf, type Asked } from '../src/rules/tree.ts';
import type { Answer, SessionRules } from '../src/rules/events.ts';
import type { Run, Runtime } from '../src/runtime.ts';
import { Process } from './team-process.ts';
import type { Deed, Scene, UserReply } from './team-scene.ts';
import { SESSION, World } from './team-world.ts';

/** Ms a session has, while things go wrong; what still waits then is stopped. */
const HORIZON = 40_000;
/** Ms it has to come to its end when nothing goes wrong any more. */
const CALM = 120_000;
const TICK = 50;
/** Ms by which the next thing has happened where nobody waits for the user. */
const LONGEST = 8000;

/** Plays a scene to its end and answers what happened. Rejects when somebody waits for ever. */
export async function play(scene: Scene): Promise<World> {
  const clock = new VirtualClock();
  const world = new World(scene, clock);
  await clock.run(new Drill(world).story());
  return world;
}

class Drill {
  readonly #world: World;
  #process: Process;
  /** Somebody at another terminal. */
  readonly #other: Process;
  #pids = 1;
  #over = false;
  #tasks: Promise<void>[] = [];
  /** Of questions, when somebody last saw to them. */
  readonly #seen = new Map<string, number>();
  #replies = 0;

  constructor(world: World) {
    this.#world = world;
    this.#other = new Process(world, 0);
    world.born(0);
    this.#process = this.#spawn();
  }

  async story(): Promise<void> {
    const { store, clock, scene } = this.#world;
    await store.create({ id: SESSION, file: '/a.yaml', agent: 'a0', cwd: '/work', at: 0 });
    const user = this.#user();
    for (const deed of scene.deeds) this.#later(deed.at, () => this.#do(deed));
    await this.#prompts();
    this.#world.calm = true;
    await this.#end();
    this.#over = true;
    await user;
    await Promise.all(this.#tasks);
    await this.#known();
    await Promise.all([this.#process.runtime.close(), this.#other.runtime.close()]);
    const rows = this.#world.rows.length;
    await clock.sleep(5000, this.#world.never);
    if (this.#world.rows.length !== rows) this.#world.blame('something was recorded after everything was closed');
    for (const { armed } of [this.#process, this.#other]) if (armed !== 0) this.#world.blame(`${armed} timers were left behind`);
  }

  /** What each process believes is what the log says, however it came to know. */
  async #known(): Promise<void> {
    const { tree } = this.#world;
    for (const { pid, runtime } of [this.#process, this.#other]) {
      if (!isDeepStrictEqual(await runtime.state(SESSION), snapshot(tree.states.get('')!)))
        this.#world.blame(`process ${pid} knows another state`);
      if (!isDeepStrictEqual(await runtime.pending(SESSION), [...tree.open.values()]))
        this.#world.blame(`process ${pid} knows other questions`);
    }
  }

  #spawn(): Process {
    const pid = this.#pids++;
    this.#world.born(pid);
    return new Process(this.#world, pid, this.#world.scene.lives[pid - 1]);
  }

  /** While things go wrong. */
  async #prompts(): Promise<void> {
    const { clock, scene } = this.#world;
    for (const prompt of scene.prompts) {
      let said = false;
      for (let again = true; again && clock.mono() < HORIZON;) {
        const was = this.#process;
        const rows = this.#world.rows.length;
        const starting = was.here(said ? was.runtime.resume(SESSION) : was.runtime.start({ session: SESSION, prompt }));
        const how = await this.#outcome(was, starting);
        said ||= this.#world.rows.length > rows;
        again = how === 'died' || how === 'failed' || how === 'busy';
        if (how === 'late') return;
        if (how !== 'ended') await clock.sleep(200, this.#world.never);
      }
    }
  }

  /** Waits for a run to come to its end, or its process to its own. */
  async #outcome(process: Process, starting: Promise<Run>): Promise<'ended' | 'died' | 'failed' | 'busy' | 'late'> {
    const { clock, never } = this.#world;
    const cut = new AbortController();
    const left = Math.max(0, HORIZON - clock.mono());
    const late = clock.sleep(left, cut.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    );
    const ended = starting
      .then(({ done }) => done)
      .then(
        () => 'ended' as const,
        (error: unknown) => this.#failed(process, error),
      );
    const how = await Promise.race([process.died, ended, late]);
    cut.abort();
    if (how === 'died') {
      this.#world.buried(process.pid);
      this.#process = this.#spawn();
    }
    if (how === 'late') {
      const waits = [...this.#world.tree.open.keys()];
      const quiet = clock.mono() - (this.#world.rows.at(-1)?.at ?? 0) > LONGEST;
      if (quiet && waits.length === 0 && this.#world.hanging === 0) this.#world.blame('the run waits for nothing and does not end');
      await this.#stop(process, true);
    }
    await clock.sleep(0, never);
    return how;
  }

  #failed(process: Process, error: unknown): 'failed' | 'busy' | 'late' {
    if (isSessionError(error) && error.kind === 'busy') return 'busy';
    if (process.faults === 0) this.#world.blame(`a run came to nothing though its store did not fail: ${String((error as Error)?.stack)}`);
    return process.faults === 0 ? 'late' : 'failed';
  }

  /** Within 100 ms, and nothing goes on behind it. */
  async #stop(process: Process, alone: boolean): Promise<void> {
    const { clock, scene } = this.#world;
    this.#world.stops++;
    const from = clock.mono();
    await Promise.race([process.runtime.stop(SESSION), process.died]);
    if (process.dead) return;
    const took = clock.mono() - from;
    if (took > 100 + 20 * scene.latency) this.#world.blame(`a stop took ${took} ms`);
    if (!alone) return;
    const rows = this.#world.rows.length;
    await clock.sleep(3000, this.#world.never);
    const more = this.#world.rows.slice(rows);
    if (more.length > 0 && !process.dead)
      this.#world.blame(`after a stop came ${more.map(({ path, event }) => `${path.join('/')} ${event.type}`).join(', ')}`);
  }

  /** Nothing goes wrong any more: all that is left comes to its end. */
  async #end(): Promise<void> {
    const { clock, never, tree } = this.#world;
    const until = clock.mono() + CALM;
    // What hung goes on hanging: a calm world begins with a stop, in a process of its own when the last one died unseen.
    if (this.#process.dead) {
      this.#world.buried(this.#process.pid);
      this.#process = this.#spawn();
    }
    await this.#stop(this.#process, false);
    await this.#stop(this.#other, false);
    for (let tries = 0; ; tries++) {
      if (clock.mono() > until || tries > 60) return this.#world.blame('a calm world comes to no end');
      try {
        const run = await this.#process.runtime.start({ session: SESSION, prompt: 'the last word' });
        const bound = clock.sleep(CALM, never).then(() => 'late' as const);
        if ((await Promise.race([run.done, bound])) === 'late') return this.#world.blame('the last run does not end');
        // A run that failed leaves what was said to the next one.
        if ((await this.#world.store.inbox(SESSION)).every(({ kind }) => kind === 'answer')) break;
      } catch (error) {
        if (!isSessionError(error)) return this.#world.blame(`the last run came to nothing: ${String((error as Error)?.stack)}`);
        await clock.sleep(500, never);
      }
    }
    const running = () => [...tree.states].flatMap(([key, { ended }]) => (ended || this.#world.abandoned(pathOf(key)) ? [] : [key]));
    while (running().length > 0) {
      if (clock.mono() > until) return this.#world.blame(`without an end: ${running().join(', ')}`);
      await clock.sleep(100, never);
    }
  }

  /** Answers whatever is asked, each question by the next of the replies. */
  async #user(): Promise<void> {
    const { clock, tree, never, scene } = this.#world;
    while (!this.#over) {
      for (const asked of tree.open.values()) {
        const at = this.#seen.get(asked.id);
        if (at !== undefined && (this.#world.calm ? clock.mono() - at < 500 : clock.mono() - at < 6000)) continue;
        this.#seen.set(asked.id, clock.mono());
        const reply = this.#world.calm ? YES : scene.replies[this.#replies++ % scene.replies.length]!;
        if (reply.says === 'never') continue;
        this.#later(clock.mono() + reply.after, () => this.#answer(asked, reply));
      }
      await clock.sleep(TICK, never);
    }
  }

  async #answer(asked: Asked, { says, again, elsewhere }: UserReply): Promise<void> {
    if (says === 'never') return;
    const yes = says.startsWith('allow');
    const decision =
      asked.about === 'approval'
        ? says === 'cancel'
          ? 'deny'
          : says
        : asked.about === 'elicitation' && !yes
          ? says
          : yes
            ? 'allow'
            : 'deny';
    const answer: Answer = { decision, ...(asked.about === 'elicitation' && yes && { content: { for: asked.id } }) };
    const one = (): Promise<void> =>
      this.#by(elsewhere ? this.#other : this.#process, (runtime) => runtime.answer(SESSION, asked.id, answer));
    await (again === 'at once' ? Promise.all([one(), one()]) : one());
    if (again !== 'late') return;
    await this.#world.clock.sleep(300, this.#world.never);
    await one();
  }

  async #do({ does }: Deed): Promise<void> {
    if (this.#world.calm) return;
    const rules: SessionRules = { deny: ['once'] };
    const here = (say: (runtime: Runtime) => Promise<unknown>) => this.#by(this.#process, say);
    switch (does) {
      case 'steer':
        return here((runtime) => runtime.steer(SESSION, 'mind the gap'));
      case 'elsewhere':
        return this.#by(this.#other, (runtime) => runtime.steer(SESSION, 'from elsewhere'));
      case 'follow-up':
        return here((runtime) => runtime.followUp(SESSION, 'one more thing'));
      case 'model':
        return here((runtime) => runtime.setModel(SESSION, { ref: 'bad' }));
      case 'rules':
        return here((runtime) => runtime.setPermissions(SESSION, rules));
      case 'compact':
        return here((runtime) => runtime.compact(SESSION, 'briefly'));
      case 'prompt':
        return here(async (runtime) => (await runtime.start({ session: SESSION, prompt: 'me too' })).done);
      case 'agent':
        return here(async (runtime) => (await runtime.start({ session: SESSION, prompt: 'you there', agent: 'a1' })).done);
      case 'stop':
        return this.#stop(this.#process, false);
      case 'steal':
        return this.#by(this.#other, async (runtime) => (await runtime.resume(SESSION)).done);
    }
  }

  /** Refusals have a kind; anything else is a defect. */
  async #by(process: Process, say: (runtime: Runtime) => Promise<unknown>): Promise<void> {
    const faults = process.faults;
    const work = say(process.runtime).then(
      () => {},
      (error: unknown) => {
        if (!isSessionError(error) && process.faults === faults)
          this.#world.blame(`refused without a kind: ${String((error as Error)?.stack)}`);
      },
    );
    await Promise.race([work, process.died]);
  }

  #later(at: number, what: () => Promise<void>): void {
    const { clock, never } = this.#world;
    const wait = Math.max(0, at - clock.mono());
    this.#tasks.push(clock.sleep(wait, never).then(what));
  }
}

const YES: UserReply = { after: 0, says: 'allow', again: 'no', elsewhere: false };
