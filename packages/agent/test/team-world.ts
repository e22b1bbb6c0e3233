import type { VirtualClock } from '@holdfast/lab';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { Elicited, SessionStore, ToolContext } from '../src/ports.ts';
import type { EventRow } from '../src/rules/events.ts';
import { childrenOf, emptyTree, grow, stateAt } from '../src/rules/tree.ts';
import type { Scene, ToolName } from './team-scene.ts';

export const SESSION = 's';

interface Ran {
  readonly tool: ToolName;
  times: number;
}

/** Model calls after which every model only answers. */
const ENOUGH = 120;

/** What all processes of one drill share, what really happened in it, and what was wrong with that. */
export class World {
  readonly scene: Scene;
  readonly clock: VirtualClock;
  readonly never = new AbortController().signal;
  readonly store: SessionStore;
  /** The log, as it grows. */
  readonly rows: EventRow[] = [];
  readonly tree = emptyTree();
  readonly observed: EventRow[] = [];
  readonly ran = new Map<string, Ran>();
  readonly wrong: string[] = [];
  readonly handed = { calls: 0, input: 0, output: 0 };
  /** From now on nothing fails, hangs or dies, and the user says yes to everything. */
  calm = false;
  /** Models that never answer. */
  hanging = 0;
  stops = 0;
  readonly #alive = new Set<number>();
  readonly #hooked = new Map<string, number>();
  readonly #open = new Map<string, Set<{ readonly tool: ToolName }>>();
  #asked = 0;
  #summaries = 0;

  constructor(scene: Scene, clock: VirtualClock) {
    this.scene = scene;
    this.clock = clock;
    const base = memorySessions(({ pid }) => this.lives(pid));
    this.store = {
      ...base,
      append: async (session, after, entries, at) => {
        const last = await base.append(session, after, entries, at);
        if (after !== this.rows.length) return last;
        const rows = (await base.read(session, after)) as readonly EventRow[];
        for (const row of rows) {
          this.rows.push(row);
          grow(this.tree, row);
        }
        return last;
      },
    };
  }

  lives = (pid: number): boolean => this.#alive.has(pid);
  born(pid: number): void {
    this.#alive.add(pid);
    this.#open.clear();
  }
  buried(pid: number): void {
    this.#alive.delete(pid);
  }

  blame(what: string): void {
    this.wrong.push(`${this.clock.mono()} ms: ${what}`);
  }

  hooked(what: string): number {
    const n = this.#hooked.get(what) ?? 0;
    this.#hooked.set(what, n + 1);
    return n;
  }

  mayAsk(): boolean {
    return ++this.#asked <= ENOUGH;
  }

  nextSummary(): Scene['summaries'][number] {
    return this.scene.summaries[this.#summaries++] ?? 'ok';
  }

  repliesAt(path: readonly string[]): number {
    const at = JSON.stringify(path);
    return this.rows.filter(
      ({ path: own, event: { type } }) => (type === 'model-reply' || type === 'model-failed') && JSON.stringify(own) === at,
    ).length;
  }

  /** Ids of the background tasks of a path. */
  tasksOf(path: readonly string[]): readonly string[] {
    return childrenOf(this.tree, path).flatMap(({ state: { task } }) => (task?.kind === 'background' ? [`agent_task_${task.call}`] : []));
  }

  /** Works for a call that has its result all the same, as after a stop: nobody goes on with it. */
  abandoned(path: readonly string[]): boolean {
    return path.some((step, at) => {
      const call = step.slice(step.lastIndexOf('@') + 1);
      const [child, parent] = [path.slice(0, at + 1), path.slice(0, at)];
      if (stateAt(this.tree, child).task?.kind === 'background') return false;
      return this.rows.some(
        ({ path: own, event }) => event.type === 'tool-result' && event.id === call && JSON.stringify(own) === JSON.stringify(parent),
      );
    });
  }

  hand(input: number, output: number): void {
    this.handed.calls++;
    this.handed.input += input;
    this.handed.output += output;
  }

  hang(signal: AbortSignal): Promise<never> {
    this.hanging++;
    return new Promise((_, reject) => signal.addEventListener('abort', () => (this.hanging--, reject(signal.reason)), { once: true }));
  }

  /** A tool begins its work; answers how it ends. */
  begins(tool: ToolName, { path, id, signal }: ToolContext): () => void {
    const key = callKey(path, id);
    const ran = this.ran.get(key) ?? { tool, times: 0 };
    this.ran.set(key, ran);
    ran.times++;
    const starts = this.rows.filter(
      ({ path: own, event }) => event.type === 'tool-start' && event.id === id && JSON.stringify(own) === JSON.stringify(path),
    ).length;
    if (starts < ran.times) this.blame(`${tool} ${key} runs for the ${ran.times}. time with ${starts} starts on record`);
    if (signal.aborted) this.blame(`${tool} ${key} begins after its stop`);
    const open = this.#open.get(JSON.stringify(path)) ?? new Set();
    this.#open.set(JSON.stringify(path), open);
    const beside = [...open].map((one) => one.tool);
    if (beside.includes('alone') || (tool === 'alone' && beside.length > 0)) this.blame(`${tool} ${key} runs beside ${beside.join(', ')}`);
    const own = { tool };
    open.add(own);
    // What was told to end is no neighbour, whether it heeds that or not.
    const left = (): void => void open.delete(own);
    signal.addEventListener('abort', left, { once: true });
    return left;
  }

  /** The user's yes names the question it is for. */
  elicited(path: readonly string[], id: string, nth: number, { action, content }: Elicited): void {
    const question = [...path, `elicitation:${id}:${nth}`].join('/');
    if (action === 'accept' && content?.['for'] !== question)
      this.blame(`${question} was answered with what was said to ${String(content?.['for'])}`);
  }
}

export const callKey = (path: readonly string[], id: string): string => `${path.join('/')}|${id}`;
