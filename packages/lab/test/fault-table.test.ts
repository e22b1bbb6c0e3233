import type { FailureKind } from '@holdfast/core';
import { texts, type Fault } from '@holdfast/lab';
import { beforeAll, describe, expect, it } from 'vitest';
import { AFTER_TOOL, APIS, ask, httpScene, scopesAt, type Api, type Told } from './http-scene.ts';

/** Ms. Long enough for a healthy answer on a busy machine. */
const LIMIT = 200;

const TEXT = texts.plain;
const CALLS = [
  { name: 'lookup', args: { query: 'one' } },
  { name: 'lookup', args: { query: 'two' } },
];
const healthy = { script: { text: TEXT } };

type Level = keyof ReturnType<typeof scopesAt>;

interface Row {
  readonly fault: Fault;
  readonly kind: FailureKind;
  /** The scope that rests afterwards; none when it says nothing about the target. */
  readonly rests?: Level;
  readonly told?: boolean;
  /** How often the first target is asked. */
  readonly asked: number;
  /** A limit of ours has to fire. */
  readonly limited?: true;
  /** Where a vendor's own words say more. */
  readonly but?: Partial<Readonly<Record<Api, Level>>>;
}

const TWICE = 2;
const THRICE = 3;

const BEFORE: Readonly<Record<string, Row>> = {
  '401': { fault: { do: 'status', status: 401 }, kind: 'auth', rests: 'credential', asked: 1 },
  '402': { fault: { do: 'status', status: 402 }, kind: 'quota', rests: 'account', asked: 1 },
  '404': { fault: { do: 'status', status: 404 }, kind: 'model-missing', rests: 'credential/model', asked: 1 },
  '429 without a hint': { fault: { do: 'status', status: 429 }, kind: 'rate-limit', rests: 'account/group', asked: 1 },
  '429 with a hint': {
    fault: { do: 'status', status: 429, retryAfter: 20 },
    kind: 'rate-limit',
    rests: 'account/group',
    told: true,
    asked: 1,
  },
  // Gemini's violation names the model: the other models of the account go on.
  'quota 429': { fault: { do: 'status', reason: 'quota' }, kind: 'quota', rests: 'account', asked: 1, but: { google: 'account/group' } },
  'overflow 400': { fault: { do: 'status', reason: 'overflow' }, kind: 'context-length', asked: 1 },
  '500': { fault: { do: 'status', status: 500 }, kind: 'server', rests: 'endpoint/model', asked: THRICE },
  '503': { fault: { do: 'status', status: 503 }, kind: 'overload', rests: 'endpoint/model', asked: THRICE },
  '529': { fault: { do: 'status', status: 529 }, kind: 'overload', rests: 'endpoint/model', asked: THRICE },
  'HTML 502': { fault: { do: 'html' }, kind: 'server', rests: 'endpoint/model', asked: THRICE },
  'HTML 200': { fault: { do: 'html', status: 200 }, kind: 'malformed', rests: 'endpoint', asked: TWICE },
  refused: { fault: { do: 'refused' }, kind: 'network', rests: 'endpoint', asked: 0 },
  reset: { fault: { do: 'reset' }, kind: 'network', rests: 'endpoint/model', asked: THRICE },
  'no headers': { fault: { do: 'no-headers' }, kind: 'timeout', rests: 'endpoint/model', asked: 1, limited: true },
  'headers, then silence': { fault: { do: 'silence' }, kind: 'timeout', rests: 'endpoint/model', asked: 1, limited: true },
  'pings for ever': { fault: { do: 'pings' }, kind: 'timeout', rests: 'endpoint/model', asked: 1, limited: true },
  'error as the first event': { fault: { do: 'error-first' }, kind: 'overload', rests: 'endpoint/model', asked: THRICE },
  'role frame, then an error': { fault: { do: 'role-then-error' }, kind: 'overload', rests: 'endpoint/model', asked: THRICE },
  'empty answer': { fault: { do: 'empty' }, kind: 'empty', rests: 'endpoint/model', asked: TWICE },
  '200 with a JSON error': { fault: { do: 'json-error' }, kind: 'overload', rests: 'endpoint/model', asked: THRICE },
  'reasoning, then a break': { fault: { do: 'reasoning-break' }, kind: 'truncated', rests: 'endpoint/model', asked: THRICE },
};

/** `stream` and `generate` are what the caller asks; `whole` a target that is asked in one piece. */
const MODES = ['stream', 'generate', 'whole'] as const;
type Mode = (typeof MODES)[number];

/** Their packages hand calls out at the finish. */
const CALLS_AT_FINISH: ReadonlySet<Api> = new Set(['openai-compatible', 'openai']);
/** The second target speaks another protocol, or the same. */
const OTHER: Readonly<Record<Api, readonly Api[]>> = {
  'openai-compatible': ['anthropic', 'openai-compatible'],
  openai: ['anthropic'],
  anthropic: ['openai-compatible', 'anthropic'],
  'openai-responses': ['anthropic'],
  google: ['openai-responses'],
};

const scene = (east: Api, west: Api, fault: Fault, mode: Mode, limited: boolean) =>
  httpScene(
    { east: { api: east, fault, ...healthy, ...(mode === 'whole' && { target: { streams: false } }) }, west: { api: west, ...healthy } },
    limited ? { timeouts: { firstToken: LIMIT, stall: LIMIT, attempt: LIMIT } } : {},
  );

/** The whole answer once, from the second target. */
function complete(told: Told): void {
  expect(told.text).toBe(TEXT);
  expect(told).toMatchObject({ finish: 'stop', failure: undefined, calls: [], record: { outcome: 'done', target: 'west/small-1' } });
}

beforeAll(async () => {
  // Packages are loaded on first use: not within a limit of 200 ms.
  for (const api of APIS) {
    await using warm = await httpScene({ east: { api, ...healthy } });
    await ask(warm);
  }
});

describe.each(APIS)('before content, %s', (api) => {
  describe.each(OTHER[api])('then %s', (west) => {
    describe.each(MODES)('%s', (mode) => {
      it.each(Object.keys(BEFORE))('%s', async (name) => {
        const row = BEFORE[name]!;
        await using on = await scene(api, west, row.fault, mode, row.limited ?? false);
        const told = await ask(on, mode === 'stream' ? 'stream' : 'generate');
        complete(told);
        expect(told.withdrawn).toBe(0);
        const attempts = told.record!.attempts.map(({ target, failure }) => [target, failure?.kind]);
        const tries = name === 'refused' ? THRICE : row.asked;
        expect(attempts).toEqual([...Array.from({ length: tries }, () => ['east/small-1', row.kind]), ['west/small-1', undefined]]);
        expect(on.providers['east']!.requests).toHaveLength(row.asked);
        const rests = row.but?.[api] ?? row.rests;
        expect(await on.rests()).toEqual(rests ? [`${scopesAt('east')[rests]} ${row.kind}`] : []);
        if (row.told !== undefined) expect(await on.health.list()).toMatchObject([{ belief: { told: row.told } }]);
        await on.over();
      });
    });
  });
});

interface AfterRow {
  readonly fault: Fault;
  readonly kind: FailureKind;
  readonly limited?: true;
}

const AFTER: Readonly<Record<string, AfterRow>> = {
  'error event': { fault: { do: 'error-event' }, kind: 'overload' },
  'socket cut': { fault: { do: 'cut' }, kind: 'truncated' },
  'clean end without a finish': { fault: { do: 'clean-end' }, kind: 'truncated' },
  silence: { fault: { do: 'stall' }, kind: 'timeout', limited: true },
  'one frame that does not parse': { fault: { do: 'bad-frame' }, kind: 'truncated' },
  'tool call cut in half': { fault: { do: 'half-call' }, kind: 'truncated' },
};

describe.each(APIS)('after content, restart, %s', (api) => {
  describe.each(OTHER[api])('then %s', (west) => {
    describe.each(MODES)('%s', (mode) => {
      it.each(Object.keys(AFTER))('%s', async (name) => {
        const { fault, kind, limited = false } = AFTER[name]!;
        await using on = await scene(api, west, fault, mode, limited);
        const told = await ask(on, mode === 'stream' ? 'stream' : 'generate');
        complete(told);
        // Shown once, withdrawn once; who saw nothing has nothing to take back, and then it was an ordinary failure.
        expect(told.withdrawn).toBe(mode === 'stream' ? 1 : 0);
        const [first, ...others] = told.record!.attempts;
        expect(first).toMatchObject({ target: 'east/small-1', failure: { kind } });
        expect(others.at(-1)).toMatchObject({ target: 'west/small-1' });
        expect(on.providers['west']!.requests).toHaveLength(1);
        expect(await on.rests()).toEqual([`${scopesAt('east')['endpoint/model']} ${kind}`]);
        expect(on.events.filter(({ type }) => type === 'withdrawn')).toHaveLength(told.withdrawn);
        await on.over();
      });

      it('break after a completed call', async () => {
        await using on = await scene(api, west, { do: 'call-then-break' }, mode, false);
        const told = await ask(on, mode === 'stream' ? 'stream' : 'generate');
        // Where a call is handed out at the finish none had left the chain.
        if (mode === 'stream' && !CALLS_AT_FINISH.has(api)) {
          // C7: what was handed out stands, and nobody is asked.
          expect(told).toMatchObject({ text: TEXT, finish: 'tool-calls', withdrawn: 0, record: { marks: ['closed-after-tools'] } });
          expect(told.calls).toEqual([{ name: 'lookup', input: expect.any(Object) }]);
          expect(on.providers['west']!.requests).toHaveLength(0);
        } else complete(told);
        await on.over();
      });

      it('cut between finish and terminator', async () => {
        await using on = await scene(api, west, { do: 'cut-after-finish' }, mode, false);
        const told = await ask(on, mode === 'stream' ? 'stream' : 'generate');
        expect(told).toMatchObject({
          text: TEXT,
          finish: 'stop',
          withdrawn: 0,
          record: { target: 'east/small-1', attempts: [{ attempt: 1 }] },
        });
        expect(told.record!.usage).toMatchObject({ output: expect.any(Number) });
        expect(on.providers['west']!.requests).toHaveLength(0);
        expect(await on.rests()).toEqual([]);
        await on.over();
      });
    });
  });
});

/** Breaks that come of themselves; silence takes a limit and is in the table above. */
const BREAKS = ['cut', 'clean-end', 'error-event', 'bad-frame'] as const;
const SAID = 'Let me look that up: ha ha ha, then on.';

describe.each(APIS)('a break at every frame of an answer, %s', (api) => {
  const script = { text: SAID, reasoning: 'Hm, let me see.', toolCalls: CALLS };
  const least = api === 'google' ? 15 : 20;

  async function framesOf(): Promise<number> {
    await using on = await httpScene({ east: { api, script } });
    await ask(on);
    await on.over();
    return on.providers['east']!.requests[0]!.frames;
  }

  it.each(BREAKS)('%s: whole, or closed after a completed call; never doubled or cut', async (fault) => {
    const frames = await framesOf();
    expect(frames).toBeGreaterThan(least);
    // Each place of the break has a model of its own: nothing of one call is believed in the next.
    const outcomes = await Promise.all(
      Array.from({ length: frames + 1 }, async (_, afterFrames) => {
        await using on = await httpScene({
          east: { api, script, fault: { do: fault, afterFrames } },
          west: { api: OTHER[api][0]!, script },
        });
        const told = await ask(on);
        await on.over();
        return {
          afterFrames,
          text: told.text,
          calls: told.calls.map(({ input }) => input),
          finish: told.finish,
          marks: told.record?.marks,
        };
      }),
    );
    const inputs = CALLS.map(({ args }) => args);
    for (const { afterFrames, marks, calls, ...told } of outcomes) {
      expect({ afterFrames, ...told }).toEqual({ afterFrames, text: SAID, finish: 'tool-calls' });
      const closed = marks?.includes('closed-after-tools') ?? false;
      if (!closed) expect({ afterFrames, calls }).toEqual({ afterFrames, calls: inputs });
      else expect([inputs.slice(0, 1), inputs]).toContainEqual(calls);
    }
    if (!CALLS_AT_FINISH.has(api)) expect(new Set(outcomes.map(({ calls }) => calls.length))).toEqual(new Set([1, 2]));
  });
});

describe.each(['openai-responses', 'google'] as const)('%s', (api) => {
  const script = { text: SAID, toolCalls: CALLS };

  it.each(['stream', 'generate'] as const)('answers with tools: %s', async (how) => {
    await using on = await httpScene({ east: { api, script } });
    const told = await ask(on, how);
    expect(told).toMatchObject({ text: SAID, finish: 'tool-calls', record: { outcome: 'done', target: 'east/small-1', marks: [] } });
    expect(told.calls).toEqual(CALLS.map(({ name, args }) => ({ name, input: args })));
    await on.over();
  });

  it('goes on after a tool result', async () => {
    await using on = await httpScene({ east: { api, ...healthy } });
    expect(await ask(on, 'stream', { prompt: AFTER_TOOL })).toMatchObject({ text: TEXT, finish: 'stop' });
    expect(on.providers['east']!.requests[0]!.facts!.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
  });
});

describe.each(APIS)('the wire as it comes, %s', (api) => {
  it.each(['emoji', 'chinese', 'table', 'code', 'laughter'] as const)('%s: byte by byte, CRLF, a BOM: word for word', async (name) => {
    const script = { text: texts[name], toolCalls: CALLS };
    await using on = await httpScene({ east: { api, script, wire: { newline: '\r\n', bom: true, chop: 3 } } });
    const told = await ask(on);
    expect(told).toMatchObject({ text: texts[name], finish: 'tool-calls', record: { attempts: [{ attempt: 1 }] } });
    expect(told.calls).toHaveLength(CALLS.length);
    await on.over();
  });
});
