import { ModelFailure, type Clock, type FailureKind } from '@holdfast/core';
import type { AgentParts } from '../src/agent-parts.ts';
import { agentRuntime } from '../src/compose.ts';
import type { Hooks, Permit, SessionStore, Tool, ToolContext, Toolset } from '../src/ports.ts';
import { UNHOOKED, type HookOutcome } from '../src/rules/hook-types.ts';
import { SessionError } from '../src/rules/session-error.ts';
import type { Runtime } from '../src/runtime.ts';
import { call, finish, modelOf, portsOf, text, type CallOptions } from './kit.ts';
import {
  TOOLS,
  type AgentPlan,
  type CallPlan,
  type Fault,
  type HookPlan,
  type LifePlan,
  type ToolName,
  type TurnPlan,
} from './team-scene.ts';
import type { World } from './team-world.ts';

type Part = ReturnType<typeof finish>;

const forever = <T>(): Promise<T> => new Promise<T>(() => {});
const nameOf = (i: number): string => `a${i}`;
/** Nobody is his own sub-agent. */
const otherOf = (i: number, n: number, count: number): number => (i + 1 + (n % (count - 1))) % count;
const HARMLESS: LifePlan = { dieAfter: null, lost: false, dieAt: null, faults: [] };

/** One process over the shared store. What it does after its death does not happen. */
export class Process {
  readonly pid: number;
  readonly runtime: Runtime;
  readonly died: Promise<'died'>;
  readonly #world: World;
  readonly #plan: LifePlan;
  readonly #counts = new Map<string, number>();
  #die: () => void = () => {};
  dead = false;
  /** Faults that its store had so far. */
  faults = 0;
  /** Timers and sleepers of the runtime that are armed. */
  armed = 0;

  constructor(world: World, pid: number, plan: LifePlan = HARMLESS) {
    this.#world = world;
    this.#plan = plan;
    this.pid = pid;
    this.died = new Promise((resolve) => (this.#die = () => resolve('died')));
    if (plan.dieAt !== null) world.clock.after(plan.dieAt, () => this.die());
    this.runtime = this.#open();
  }

  die(): void {
    if (this.#world.calm) return;
    this.dead = true;
    this.#die();
  }

  /** Lets what comes happen only while the process lives. */
  async here<T>(work: Promise<T>): Promise<T> {
    try {
      const value = await work;
      return this.dead ? await forever<T>() : value;
    } catch (error) {
      if (this.dead) return forever<T>();
      throw error;
    }
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return ms === 0 ? this.here(Promise.resolve()) : this.here(this.#world.clock.sleep(ms, signal));
  }

  #open(): Runtime {
    const { scene, clock: shared } = this.#world;
    const parts = scene.agents.map((plan, i) => this.#parts(plan, i));
    const root = parts[0]!;
    return agentRuntime(
      portsOf({
        ...root,
        team: new Map(parts.map((one) => [one.agent.name, one])),
        store: this.#store(),
        clock: this.#clock(shared),
        newId: () => `${this.pid}.${(this.#counts.set('id', this.#count('id') + 1), this.#count('id'))}`,
        identity: { self: () => ({ pid: this.pid, started: '', boot: '' }), alive: ({ pid }) => this.#world.lives(pid) },
        modelFor: (agent, ref) => {
          if (ref === 'bad') throw new Error('no such model');
          return parts.find((one) => one.agent.name === agent)!.model;
        },
        observe: (row) => void (this.dead || this.#world.observed.push(row)),
      }),
    );
  }

  #count(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  #clock(shared: Clock): Clock {
    return {
      now: shared.now,
      mono: shared.mono,
      sleep: (ms, signal) => {
        this.armed++;
        return this.here(shared.sleep(ms, signal).finally(() => void this.armed--));
      },
      after: (ms, wake) => {
        this.armed++;
        let left = 1;
        const off = () => {
          this.armed -= left;
          left = 0;
        };
        const letGo = shared.after(ms, () => {
          off();
          if (!this.dead) wake();
        });
        return () => {
          off();
          letGo();
        };
      },
    };
  }

  /** Every verb takes its time, may fail, and may be the last. */
  #store(): SessionStore {
    const base = this.#world.store;
    const verb =
      <A extends readonly unknown[], R>(name: Fault['verb'] | 'other', inner: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        this.here(this.#verb(name, () => inner(...args)));
    return {
      ...base,
      append: verb('append', base.append),
      read: verb('read', base.read),
      inbox: verb('inbox', base.inbox),
      enqueue: verb('enqueue', base.enqueue),
      head: verb('other', base.head),
      lock: verb('other', async (session, writer, alive) => {
        const lock = await base.lock(session, writer, alive);
        return { [Symbol.dispose]: () => void (this.dead || lock[Symbol.dispose]()) };
      }),
    };
  }

  async #verb<R>(name: string, inner: () => Promise<R>): Promise<R> {
    const { scene, clock, never } = this.#world;
    if (this.dead) return forever();
    if (scene.latency > 0) await this.here(clock.sleep(scene.latency, never));
    const nth = this.#count(name);
    this.#counts.set(name, nth + 1);
    if (this.#world.calm) return inner();
    if (name === 'append' && this.#plan.dieAfter === nth) {
      if (!this.#plan.lost) await inner();
      this.die();
      return forever();
    }
    const fault = this.#plan.faults.find((one) => one.verb === name && one.nth === nth);
    if (!fault) return inner();
    this.faults++;
    if (fault.done) await inner();
    throw new SessionError('unwritable', `${name} failed in this drill`);
  }

  #parts(plan: AgentPlan, i: number): AgentParts {
    const count = this.#world.scene.agents.length;
    const names = (of: readonly number[]) => [...new Set(of.map((n) => otherOf(i, n, count)))].map(nameOf);
    const hooks = this.#hooks(plan, i);
    return {
      agent: {
        name: nameOf(i),
        file: '/a.yaml',
        instruction: `You are ${nameOf(i)}.`,
        cwd: '/work',
        subAgents: names(plan.subs),
        handoffs: names(plan.hands),
        ...(plan.force !== null && { forceHandoff: nameOf(otherOf(i, plan.force, count)) }),
        background: plan.background,
        maxIterations: plan.maxIterations,
        limits: { ...(plan.tokens > 0 && { tokens: plan.tokens }), ...(plan.timeMs > 0 && { timeMs: plan.timeMs }) },
        ...(plan.window > 0 && { window: plan.window }),
      },
      tools: TOOLS.filter((name) => name !== 'shifty').map((name) => this.#tool(name)),
      toolsets: [this.#toolset(plan, i)],
      permit: permitOf(plan),
      model: this.#model(plan, i),
      ...(hooks && { hooks }),
    };
  }

  /** Its tool comes and goes. */
  #toolset({ toolset }: AgentPlan, agent: number): Toolset {
    const looks = `${agent}:looks`;
    return {
      name: 'mcp "shifty"',
      tools: () => {
        const n = this.#count(looks);
        this.#counts.set(looks, n + 1);
        const how = this.#world.calm ? 'ok' : (toolset[n] ?? 'ok');
        if (how === 'throws') throw new Error('it broke at once');
        if (how === 'fails') return this.here(Promise.reject(new Error('it does not start')));
        return this.here(Promise.resolve(how === 'ok' ? [this.#tool('shifty')] : []));
      },
      close: async () => {},
    };
  }

  #hooks({ hooks: plans }: AgentPlan, agent: number): Hooks | undefined {
    if (plans.length === 0) return undefined;
    return {
      has: (event) => plans.some((one) => one.event === event),
      run: (event, _, signal) =>
        this.here(
          (async () => {
            const plan = plans.find((one) => one.event === event && one.nth === this.#world.hooked(`${agent}:${event}`));
            if (!plan) return UNHOOKED;
            await this.sleep(plan.ms, signal);
            return outcomeOf(plan);
          })(),
        ),
    };
  }

  #model(plan: AgentPlan, i: number): AgentParts['model'] {
    const world = this.#world;
    const answer = async (options: CallOptions): Promise<readonly Part[]> => {
      const path = pathOf(options);
      const n = world.repliesAt(path);
      const turn = world.mayAsk() ? plan.turns[n] : undefined;
      const signal = options.abortSignal ?? world.never;
      await this.sleep(turn?.ms ?? 0, signal);
      if (turn?.hangs && !world.calm) return world.hang(signal);
      return partsOf(turn, n, nameOf(i), {
        hand: (input, output) => world.hand(input, output),
        input: (one) => inputOf(one, plan, world.tasksOf(path), (to) => nameOf(otherOf(i, to, world.scene.agents.length))),
      });
    };
    return {
      ...modelOf((options) => this.here(answer(options))),
      doGenerate: () =>
        this.here(
          (async () => {
            const how = world.nextSummary();
            if (how === 'fails') throw new ModelFailure('overload', 'too many summaries');
            world.hand(3, 2);
            return {
              content: [{ type: 'text' as const, text: how === 'empty' ? ' ' : 'S' }],
              finishReason: { unified: 'stop' as const, raw: 'stop' },
              usage: usage(3, 2),
              warnings: [],
            };
          })(),
        ),
    };
  }

  #tool(name: ToolName): Tool {
    const work = (input: CallInput, context: ToolContext) => this.here(this.#work(name, input, context));
    return {
      name,
      description: `does ${name}`,
      parameters: { type: 'object', properties: {} },
      readOnly: false,
      idempotent: name === 'safe' || name === 'asks',
      sequential: name === 'alone',
      ...(name === 'picky' && { model: 'other' }),
      ...(name === 'brief' && { timeout: 100 }),
      touches: (input) => {
        if (name === 'broken' && input['how'] === 'ok') throw new Error('touches broke');
        return Promise.resolve({ reads: [], writes: [] });
      },
      prepare: (input, context) => {
        if (name === 'broken' && input['how'] === 'fails') throw new Error('prepare broke');
        return this.here(
          Promise.resolve({
            run: () => {
              if (name === 'broken') throw new Error('run broke');
              return work(input as unknown as CallInput, context);
            },
            drop: () => {},
          }),
        );
      },
    };
  }

  async #work(name: ToolName, { ms = 0, to = 0, how = 'ok' }: CallInput, context: ToolContext) {
    if (this.dead) return forever<never>();
    const { path, id, signal } = context;
    const over = this.#world.begins(name, context);
    try {
      await this.sleep(ms, name === 'deaf' ? this.#world.never : signal);
      const told: string[] = [];
      const questions = name === 'asks' ? 1 + (to % 2) : name === 'brief' ? to % 2 : 0;
      for (let n = 0; n < questions; n++) {
        const elicited = await context.elicit({ mode: 'form', message: `${n}?` });
        this.#world.elicited(path, id, n, elicited);
        told.push(elicited.action);
      }
      if (how === 'throws') throw new Error(`${name} threw`);
      return { output: [`${name} did ${id}`, ...told].join(' '), failed: how === 'fails' };
    } finally {
      over();
    }
  }
}

type CallInput = Partial<Pick<CallPlan, 'ms' | 'to' | 'how'>>;

const permitOf =
  ({ permits }: AgentPlan): Permit =>
  ({ tool, allowed, allowAll, attended, hook, session }) => {
    const plan = permits[tool.name as ToolName];
    if (plan === 'refuse' || session?.deny?.includes(tool.name)) return { do: 'refuse', output: 'refused by a rule', by: 'plan' };
    if (hook?.decision === 'deny') return { do: 'refuse', output: 'refused by a hook', by: 'hook' };
    if (plan !== 'ask' && hook?.decision !== 'ask') return { do: 'run', by: 'plan' };
    if (allowAll || allowed.has(tool.name)) return { do: 'run', by: 'granted' };
    return attended ? { do: 'ask', reason: 'the plan asks' } : { do: 'refuse', output: 'nobody there', by: 'nobody there' };
  };

function outcomeOf({ event, does }: HookPlan): HookOutcome {
  switch (does) {
    case 'block':
      return { ...UNHOOKED, allowed: false, message: 'blocked' };
    case 'ask':
    case 'allow':
    case 'deny':
      return { ...UNHOOKED, decision: does };
    case 'rewrite':
      return { ...UNHOOKED, input: { rewritten: true } };
    case 'context':
      return { ...UNHOOKED, context: `a word on ${event}` };
    case 'summary':
      return { ...UNHOOKED, summary: 'by a hook' };
    case 'response':
      return { ...UNHOOKED, response: 'replaced' };
    case 'warn':
      return { ...UNHOOKED, warnings: [`beware of ${event}`] };
  }
}

/** The session's name as the chain sees it holds the path. */
function pathOf({ providerOptions }: CallOptions): readonly string[] {
  const { session = '' } = (providerOptions?.['holdfast'] ?? {}) as { readonly session?: string };
  return session.split('/').slice(1);
}

const usage = (input: number, output: number) => ({
  inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: output, reasoning: undefined },
});

interface TurnPorts {
  readonly hand: (input: number, output: number) => void;
  readonly input: (plan: CallPlan) => unknown;
}

function partsOf(turn: TurnPlan | undefined, n: number, agent: string, { hand, input }: TurnPorts): Part[] {
  if (!turn) {
    hand(10, 5);
    return [...text(`${agent} is done`), finish()];
  }
  const failure = new ModelFailure((turn.fail ?? 'unknown') as FailureKind, `it came to ${turn.fail}`);
  if (turn.fail !== null && !turn.mid) throw failure;
  const withdrawn = { holdfast: { type: 'withdrawn', attempt: 1, failure: { kind: 'overload', message: 'busy' } } };
  const before: Part[] = turn.withdrawn ? [...text('this will go'), { type: 'raw', rawValue: withdrawn }] : [];
  const said = turn.text === '' ? [] : text(turn.text);
  if (turn.fail !== null) return [...before, ...said, { type: 'error', error: failure }];
  if (turn.garbage) return [...before, ...GARBAGE];
  hand(10 + n, 5);
  const unified = turn.calls.length > 0 ? turn.finish : 'stop';
  return [
    ...before,
    ...said,
    ...turn.calls.map((one, at) => call(one.sameId ? `c${at}` : `${agent}-${n}-${at}`, one.tool, input(one))),
    { type: 'finish', usage: usage(10 + n, 5), finishReason: { unified, raw: unified } },
  ];
}

const GARBAGE = [
  { type: 'text-delta', id: 'never-begun', delta: 7 },
  { type: 'nonsense' },
  null,
  { type: 'tool-call' },
  { type: 'finish' },
] as unknown as Part[];

/** Mostly to somebody it may give it to. */
function inputOf(
  { tool, to, ms, how, args }: CallPlan,
  { subs, hands }: AgentPlan,
  tasks: readonly string[],
  other: (to: number) => string,
): unknown {
  if (args === 'garbage') return '{"a":';
  if (args === 'array') return '[1]';
  if (args === 'none') return '';
  if (tool === 'view_background_agent' || tool === 'stop_background_agent') return { task_id: tasks[to % (tasks.length || 1)] ?? 'none' };
  const some = tool === 'handoff' ? hands : subs;
  return { agent: other(some[to % (some.length || 1)] ?? to), task: `task ${to}`, to, ms, how };
}
