import * as fc from 'fast-check';
import type { HookEvent } from '../src/rules/hook-types.ts';

/** What happens in one drill, as plain data: it is printed when a law breaks, and can be played again. */
export interface Scene {
  /** The first one is the root. */
  readonly agents: readonly AgentPlan[];
  readonly prompts: readonly string[];
  readonly deeds: readonly Deed[];
  readonly replies: readonly UserReply[];
  /** One for each process but the last, which lives. */
  readonly lives: readonly LifePlan[];
  /** Ms each verb of the store takes. */
  readonly latency: number;
  /** What models that summarise come to, in turn. */
  readonly summaries: readonly ('ok' | 'empty' | 'fails')[];
}

export interface AgentPlan {
  readonly subs: readonly number[];
  readonly hands: readonly number[];
  readonly force: number | null;
  readonly background: boolean;
  readonly maxIterations: number;
  readonly tokens: number;
  readonly timeMs: number;
  readonly window: number;
  readonly turns: readonly TurnPlan[];
  readonly hooks: readonly HookPlan[];
  /** How its toolset does, look by look. */
  readonly toolset: readonly ('fails' | 'throws' | 'empty' | 'ok')[];
  readonly permits: Readonly<Partial<Record<ToolName, 'ask' | 'refuse'>>>;
}

export const TOOLS = ['safe', 'once', 'alone', 'asks', 'picky', 'deaf', 'brief', 'broken', 'shifty'] as const;
export const TEAM = [
  'transfer_task',
  'handoff',
  'run_background_agent',
  'list_background_agents',
  'view_background_agent',
  'stop_background_agent',
] as const;
export type ToolName = (typeof TOOLS)[number];

export interface CallPlan {
  readonly tool: ToolName | (typeof TEAM)[number] | 'nosuch';
  /** Whom a task is given to. */
  readonly to: number;
  readonly ms: number;
  readonly how: 'ok' | 'fails' | 'throws';
  readonly args: 'ok' | 'garbage' | 'array' | 'none';
  /** Vendors that count the calls of each reply from one. */
  readonly sameId: boolean;
}

export interface TurnPlan {
  readonly text: string;
  readonly calls: readonly CallPlan[];
  readonly finish: 'stop' | 'tool-calls' | 'length';
  readonly ms: number;
  /** A kind of failure, instead of an answer or in the middle of one. */
  readonly fail: string | null;
  readonly mid: boolean;
  readonly withdrawn: boolean;
  readonly hangs: boolean;
  readonly garbage: boolean;
}

export interface HookPlan {
  readonly event: HookEvent;
  readonly nth: number;
  readonly does: 'block' | 'ask' | 'allow' | 'deny' | 'rewrite' | 'context' | 'summary' | 'response' | 'warn';
  readonly ms: number;
}

export interface Deed {
  readonly at: number;
  readonly does: 'steer' | 'follow-up' | 'stop' | 'model' | 'rules' | 'compact' | 'prompt' | 'elsewhere' | 'steal' | 'agent';
}

export interface UserReply {
  readonly after: number;
  readonly says: 'allow' | 'allow-tool' | 'allow-session' | 'deny' | 'cancel' | 'never';
  /** Said twice at once, or once more when it is over. */
  readonly again: 'no' | 'at once' | 'late';
  readonly elsewhere: boolean;
}

export interface LifePlan {
  /** Appends that succeed; the next one is the last. */
  readonly dieAfter: number | null;
  /** The power goes before the last append is on disk, or after. */
  readonly lost: boolean;
  readonly dieAt: number | null;
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly verb: 'append' | 'inbox' | 'read' | 'enqueue';
  readonly nth: number;
  /** It was done all the same. */
  readonly done: boolean;
}

const rarely = <T>(what: fc.Arbitrary<T>, else_: T, weight = 6): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(else_) }, { weight: 1, arbitrary: what });
const ms = fc.constantFrom(0, 1, 10, 200, 3000);
const who = fc.nat(4);

const KINDS = ['rate-limit', 'overload', 'server', 'timeout', 'auth', 'context-length', 'refusal', 'truncated', 'unknown', 'resting'];

const callPlan: fc.Arbitrary<CallPlan> = fc.record({
  tool: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...TOOLS) },
    { weight: 4, arbitrary: fc.constantFrom(...TEAM, 'transfer_task', 'transfer_task', 'run_background_agent', 'run_background_agent') },
    { weight: 1, arbitrary: fc.constant('nosuch' as const) },
  ),
  to: who,
  ms,
  how: fc.constantFrom('ok', 'ok', 'ok', 'fails', 'throws'),
  args: rarely<CallPlan['args']>(fc.constantFrom('garbage', 'array', 'none'), 'ok', 10),
  sameId: rarely(fc.constant(true), false),
});

const turnPlan: fc.Arbitrary<TurnPlan> = fc.record({
  text: fc.constantFrom('', 'so', 'well, then'),
  calls: fc.array(callPlan, { maxLength: 3, size: 'max' }),
  finish: fc.constantFrom('stop', 'tool-calls', 'tool-calls', 'length'),
  ms,
  fail: rarely<string | null>(fc.constantFrom(...KINDS), null, 8),
  mid: fc.boolean(),
  withdrawn: rarely(fc.constant(true), false),
  hangs: rarely(fc.constant(true), false, 25),
  garbage: rarely(fc.constant(true), false, 25),
});

const HOOKED: readonly HookEvent[] = [
  'pre_tool_use',
  'post_tool_use',
  'permission_request',
  'tool_response_transform',
  'session_start',
  'user_prompt_submit',
  'user_steering_messages_submit',
  'turn_start',
  'before_llm_call',
  'after_llm_call',
  'stop',
  'subagent_stop',
  'pre_compact',
  'before_compaction',
  'on_user_input',
  'on_error',
  'on_tool_approval_decision',
];

const hookPlan: fc.Arbitrary<HookPlan> = fc.record({
  event: fc.constantFrom(...HOOKED),
  nth: fc.nat(2),
  does: fc.constantFrom('block', 'ask', 'allow', 'deny', 'rewrite', 'context', 'summary', 'response', 'warn'),
  ms: fc.constantFrom(0, 0, 5, 2000),
});

const agentPlan: fc.Arbitrary<AgentPlan> = fc.record({
  subs: fc.uniqueArray(who, { minLength: 0, maxLength: 3, size: 'max' }),
  hands: fc.uniqueArray(who, { maxLength: 2, size: 'max' }),
  force: rarely<number | null>(who, null),
  background: fc.boolean(),
  maxIterations: rarely(fc.integer({ min: 1, max: 3 }), 0, 5),
  tokens: rarely(fc.integer({ min: 1, max: 200 }), 0, 8),
  timeMs: rarely(fc.constantFrom(100, 5000), 0, 8),
  window: rarely(fc.constantFrom(60, 400), 0, 5),
  turns: fc.array(turnPlan, { minLength: 1, maxLength: 4, size: 'max' }),
  hooks: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(hookPlan, { maxLength: 4 }) }),
  toolset: fc.array(fc.constantFrom('fails', 'throws', 'empty', 'ok', 'ok'), { maxLength: 4 }),
  permits: fc.dictionary(fc.constantFrom(...TOOLS), fc.constantFrom('ask' as const, 'ask' as const, 'refuse' as const), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
});

const deed: fc.Arbitrary<Deed> = fc.record({
  at: fc.oneof(fc.nat(50), fc.nat(15_000)),
  does: fc.constantFrom('steer', 'steer', 'follow-up', 'stop', 'model', 'rules', 'compact', 'prompt', 'elsewhere', 'steal', 'agent'),
});

const userReply: fc.Arbitrary<UserReply> = fc.record({
  after: fc.constantFrom(0, 1, 150, 4000),
  says: fc.constantFrom('allow', 'allow', 'allow', 'allow-tool', 'allow-session', 'deny', 'cancel', 'never'),
  again: fc.constantFrom('no', 'no', 'at once', 'late'),
  elsewhere: fc.boolean(),
});

const fault: fc.Arbitrary<Fault> = fc.record({
  verb: fc.constantFrom('append', 'append', 'append', 'inbox', 'read', 'enqueue'),
  nth: fc.nat(15),
  done: fc.boolean(),
});

const lifePlan: fc.Arbitrary<LifePlan> = fc.record({
  dieAfter: fc.option(fc.nat(25), { freq: 4 }),
  lost: fc.boolean(),
  dieAt: rarely<number | null>(fc.nat(6000), null),
  faults: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fault, { maxLength: 2 }) }),
});

export const scenes: fc.Arbitrary<Scene> = fc.record({
  agents: fc.array(agentPlan, { minLength: 2, maxLength: 5 }),
  prompts: fc.array(fc.constantFrom('go', 'and then?'), { minLength: 1, maxLength: 2 }),
  deeds: fc.array(deed, { maxLength: 4 }),
  replies: fc.array(userReply, { minLength: 1, maxLength: 6 }),
  lives: fc.oneof(fc.constant([]), fc.array(lifePlan, { maxLength: 3 })),
  latency: fc.constantFrom(0, 0, 0, 1, 7),
  summaries: fc.array(fc.constantFrom('ok', 'ok', 'empty', 'fails'), { maxLength: 3 }),
});
