import { describe, expect, it } from 'vitest';
import type { AgentRules } from './agent-rules.ts';
import type { RunEvent } from './events.ts';
import { START } from './run-state.ts';
import { loop } from './loop.ts';
import { reachedLimit } from './loop-limits.ts';
import type { Compacted, ModelReply, Request } from './world.ts';

const RULES: AgentRules = { limits: {}, maxConsecutiveToolCalls: 0, compaction: { auto: true }, hooks: () => false, polling: () => false };
const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };

interface Scene {
  readonly rules?: Partial<AgentRules>;
  /** By the turn, from 1: a call of this tool, `undefined` for an answer, or a failure. */
  readonly model: (turn: number) => string | undefined | { readonly kind: string };
  readonly tokens?: (turn: number) => number;
  readonly compact?: (nth: number) => Compacted;
  readonly finish?: string;
}

/** One run of the loop to its end, every request answered at once. */
function run({ rules, model, tokens = () => 10, compact, finish }: Scene) {
  const log: RunEvent[] = [];
  let compactions = 0;
  const reply = (turn: number, tool: string | undefined): ModelReply => ({
    blocks: tool === undefined ? [{ type: 'text', text: 'so' }] : [{ type: 'tool-call', id: `c${turn}`, name: tool, input: '{}' }],
    finish: finish ?? (tool === undefined ? 'stop' : 'tool-calls'),
    origin: ORIGIN,
    usage: { input: tokens(turn), output: 1 },
    call: `m${turn}`,
    marks: [],
    withdrawn: [],
  });
  const answers: { readonly [K in Request['do']]: (request: never) => unknown } = {
    record: ({ events }: Request & { do: 'record' }) => void log.push(...events),
    inbox: () => ({
      items: log.length === 0 ? [{ id: 'i', kind: 'prompt', text: 'hi' }] : [],
      now: 0,
      below: { tokens: 0, usd: 0 },
    }),
    model: ({ turn }: Request & { do: 'model' }) => {
      const said = model(turn);
      return typeof said === 'object' ? { failure: { kind: said.kind, message: said.kind } } : { reply: reply(turn, said) };
    },
    compact: () => (compactions++, compact ? compact(compactions) : { skipped: 'not wanted' }),
    permit: ({ calls }: Request & { do: 'permit' }) => calls.map(({ id }) => ({ id, do: 'run' })),
    tools: ({ before, calls }: Request & { do: 'tools' }) => {
      const ran = calls.map(({ id, name }): RunEvent => ({ type: 'tool-result', id, name, output: id, failed: false, how: 'done' }));
      log.push(...before, ...ran);
      return { events: [...before, ...ran] };
    },
    hook: () => ({ allowed: true, warnings: [] }),
    question: () => undefined,
    unfinished: () => [],
  };
  const under = loop(START, { agent: 'root', resumed: false, at: 0, path: [], rules: () => ({ ...RULES, ...rules }) });
  let step = under.next();
  for (let steps = 0; !step.done; steps++) {
    if (steps > 500) throw new Error('it never ends');
    step = under.next(answers[step.value.do](step.value as never));
  }
  const of = <T extends RunEvent['type']>(type: T) => log.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  return { why: step.value, failure: of('run-end')[0]?.failure, compactions, of };
}

const summarised: Compacted = { event: { type: 'compaction', why: 'overflow', summary: 'S', keep: 0 } };
const overflows = { kind: 'context-length' };

describe('replies that stop and call', () => {
  it('L16, L17: calls with finish "stop" are run, and the model is asked again', () => {
    const { why, of } = run({ model: (turn) => (turn === 1 ? 'look' : undefined), finish: 'stop' });
    expect([why, of('tool-result').length, of('model-reply').length]).toEqual(['done', 1, 2]);
  });
});

describe('overflows', () => {
  it('I11: a summary, then the same turn again', () => {
    let asked = 0;
    const { why, compactions, of } = run({ model: () => (++asked === 1 ? overflows : undefined), compact: () => summarised });
    expect([why, compactions]).toEqual(['done', 1]);
    expect(of('notice')[0]?.text).toContain('exceeded the model’s context window');
  });

  it('I15: a model that always overflows is asked once more, and the run fails with what it said', () => {
    const { why, failure, compactions } = run({ model: () => overflows, compact: () => summarised });
    expect([why, failure?.kind, compactions]).toEqual(['failed', 'context-length', 1]);
  });

  it('I13, I16, I17: off, or a cap of 0 or less, and there is no summary at all', () => {
    for (const compaction of [{ auto: false }, { auto: true, maxOverflows: 0 }, { auto: true, maxOverflows: -5 }])
      expect(run({ rules: { compaction }, model: () => overflows, compact: () => summarised })).toMatchObject({
        why: 'failed',
        compactions: 0,
      });
  });

  it('I14, P7: a rest, or anything else, is no reason to throw history away', () => {
    for (const kind of ['resting', 'overload', 'unknown'])
      expect(run({ model: () => ({ kind }), compact: () => summarised })).toMatchObject({ why: 'failed', compactions: 0 });
  });

  it('the count begins anew when a model has answered', () => {
    let asked = 0;
    const { why, compactions } = run({
      model: () => (++asked % 2 === 1 ? overflows : asked < 6 ? `look-${asked}` : undefined),
      compact: () => summarised,
    });
    expect([why, compactions]).toEqual(['done', 3]);
  });
});

describe('a window that fills', () => {
  const full: Scene = {
    rules: { window: 1000 },
    model: (turn) => (turn < 5 ? `look-${turn}` : undefined),
    tokens: (turn) => 950 + turn,
  };

  it('what could not be summarised is not tried again every turn', () => {
    expect(run(full)).toMatchObject({ why: 'done', compactions: 1 });
    expect(run({ ...full, tokens: (turn) => 900 + 100 * turn })).toMatchObject({ compactions: 4 });
  });

  it('a summary is tried before the call that would be too large', () => {
    const { compactions, of } = run({ ...full, tokens: (turn) => (turn === 1 ? 950 : 100), compact: () => summarised });
    expect([compactions, of('compaction').length]).toEqual([1, 1]);
  });
});

describe('circles', () => {
  it('the model is told once; the run is stopped when it goes on', () => {
    const { why, failure, of } = run({ rules: { maxConsecutiveToolCalls: 3 }, model: () => 'look' });
    expect([why, failure?.kind, of('loop-warning').length, of('model-reply').length]).toEqual(['failed', 'tool-loop', 1, 4]);
    expect(failure?.message).toContain('(look)');
  });

  it('a model that heeds the warning ends its run as any other', () => {
    const { why, of } = run({ rules: { maxConsecutiveToolCalls: 3 }, model: (turn) => (turn < 4 ? 'look' : undefined) });
    expect([why, of('loop-warning').length]).toEqual(['done', 1]);
  });

  it('polling tools are exempt', () => {
    const { why } = run({
      rules: { maxConsecutiveToolCalls: 3, polling: (tool) => tool === 'view_background_job' },
      model: (turn) => (turn < 20 ? 'view_background_job' : undefined),
    });
    expect(why).toBe('done');
  });
});

describe('limits', () => {
  const none = { calls: 0, input: 0, output: 0, usd: 0, unpriced: 0 };
  const state = { turnsOfRun: 0, spentOfRun: none, raised: {} };
  const at = { now: 0, below: { tokens: 0, usd: 0 } };

  it('I1: below it nothing is reached', () => expect(reachedLimit({ ...state, turnsOfRun: 3 }, { iterations: 10 }, at)).toBeUndefined());

  it('I2: 0 is no limit', () => expect(reachedLimit({ ...state, turnsOfRun: 1_000_000 }, { iterations: 0 }, at)).toBeUndefined());

  it('I3, I4: at it, and a yes adds ten to what was counted', () => {
    expect(reachedLimit({ ...state, turnsOfRun: 10 }, { iterations: 10 }, at)).toEqual({ limit: 'iterations', reached: 10, next: 20 });
    expect(reachedLimit({ ...state, turnsOfRun: 10, raised: { iterations: 20 } }, { iterations: 10 }, at)).toBeUndefined();
  });

  it('time, tokens and money: children’s counted, a yes adds the limit once more', () => {
    expect(reachedLimit({ ...state, began: 1000 }, { timeMs: 500 }, { ...at, now: 1600 })).toEqual({
      limit: 'time',
      reached: 600,
      next: 1100,
    });
    const spent = { ...state, spentOfRun: { ...none, input: 60, output: 20, usd: 0.5 } };
    const below = { ...at, below: { tokens: 20, usd: 0.5 } };
    expect(reachedLimit(spent, { tokens: 100 }, below)).toEqual({ limit: 'tokens', reached: 100, next: 200 });
    expect(reachedLimit(spent, { usd: 1 }, below)).toEqual({ limit: 'usd', reached: 1, next: 2 });
    expect(reachedLimit(spent, { tokens: 101, usd: 1.01 }, below)).toBeUndefined();
  });
});
