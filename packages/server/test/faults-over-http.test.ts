/**
 * The fault table (rules of failure, section 7) at the gateway: each fault over real HTTP in front of a healthy second target, for every
 * protocol of a client and every protocol of a provider, streaming and not; read by strict readers that share nothing with the writer.
 */
import { countTokens, secondTarget, texts, type Fault, type LabAnswer, type ProtocolName } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { CLIENTS, GATEWAY, UPSTREAMS, type Client, type TargetSpec } from './gateway-process.ts';
import { CLIENT, type Told } from './readers/index.ts';
import { OTHER, type Case } from './rehearsal.ts';
import { rehearsed } from './rehearsed.ts';

const TEXT = texts.plain;
/** Long enough for the second target's answer on a busy machine. */
const LIMITS = { timeouts: { first_token: '1s', stall: '1s', attempt: '1s' } };

interface Row {
  readonly fault: Fault;
  /** How often the first target is asked by a client that streams. */
  readonly asked: number;
  /** A limit of ours has to fire. */
  readonly limited?: true;
}

const TWICE = 2;
const THRICE = 3;

const BEFORE: Readonly<Record<string, Row>> = {
  '401': { fault: { do: 'status', status: 401 }, asked: 1 },
  '402': { fault: { do: 'status', status: 402 }, asked: 1 },
  '404': { fault: { do: 'status', status: 404 }, asked: 1 },
  '429 without a hint': { fault: { do: 'status', status: 429 }, asked: 1 },
  '429 with a hint': { fault: { do: 'status', status: 429, retryAfter: 20 }, asked: 1 },
  'quota 429': { fault: { do: 'status', reason: 'quota' }, asked: 1 },
  'overflow 400': { fault: { do: 'status', reason: 'overflow' }, asked: 1 },
  '500': { fault: { do: 'status', status: 500 }, asked: THRICE },
  '503': { fault: { do: 'status', status: 503 }, asked: THRICE },
  '529': { fault: { do: 'status', status: 529 }, asked: THRICE },
  'HTML 502': { fault: { do: 'html' }, asked: THRICE },
  'HTML 200': { fault: { do: 'html', status: 200 }, asked: TWICE },
  refused: { fault: { do: 'refused' }, asked: 0 },
  reset: { fault: { do: 'reset' }, asked: THRICE },
  'no headers': { fault: { do: 'no-headers' }, asked: 1, limited: true },
  'headers, then silence': { fault: { do: 'silence' }, asked: 1, limited: true },
  'pings for ever': { fault: { do: 'pings' }, asked: 1, limited: true },
  'error as the first event': { fault: { do: 'error-first' }, asked: THRICE },
  'role frame, then an error': { fault: { do: 'role-then-error' }, asked: THRICE },
  'empty answer': { fault: { do: 'empty' }, asked: TWICE },
  '200 with a JSON error': { fault: { do: 'json-error' }, asked: THRICE },
  'reasoning, then a break': { fault: { do: 'reasoning-break' }, asked: THRICE },
};

const AFTER: Readonly<Record<string, Row>> = {
  'error event': { fault: { do: 'error-event' }, asked: 1 },
  'socket cut': { fault: { do: 'cut' }, asked: 1 },
  'clean end without a finish': { fault: { do: 'clean-end' }, asked: 1 },
  silence: { fault: { do: 'stall' }, asked: 1, limited: true },
  'one frame that does not parse': { fault: { do: 'bad-frame' }, asked: 1 },
  'tool call cut in half': { fault: { do: 'half-call' }, asked: 1 },
};

const goesOn = (api: ProtocolName): TargetSpec => ({ api, script: secondTarget(TEXT, 'repeats-anchor') });

/** The second target speaks the client's protocol; where the first one does, another. */
const behind = (client: Client, api: ProtocolName): ProtocolName => (api === client ? OTHER[api] : client);

const faulty = (api: ProtocolName, fault: Fault): TargetSpec => ({
  api,
  script: { text: TEXT, fault } satisfies LabAnswer,
  refused: fault.do === 'refused',
});

interface FaultCase extends Case {
  readonly row: Row;
}

const table = (rows: Readonly<Record<string, Row>>): readonly FaultCase[] =>
  CLIENTS.flatMap((client) =>
    UPSTREAMS.flatMap((api) =>
      [true, false].flatMap((stream) =>
        Object.entries(rows).map(([name, row]) => ({
          name: `${client} over ${api}, ${stream ? 'streamed' : 'whole'}: ${name}`,
          client,
          stream,
          row,
          tier: { targets: [faulty(api, row.fault), goesOn(behind(client, api))], ...(row.limited && { settings: LIMITS }) },
        })),
      ),
    ),
  );

/** The whole answer once, finished as the protocol finishes. */
function complete(told: Told, client: Client): void {
  expect(told).toMatchObject({ faults: [], text: TEXT, calls: [], finish: CLIENT[client].stop, error: undefined, status: 200 });
  // C9: usage is of the one answer.
  const due = countTokens(TEXT);
  expect(Math.abs(told.output! - due)).toBeLessThan(due * 0.3);
}

describe('healthy', () => {
  const cases = CLIENTS.flatMap((client) =>
    UPSTREAMS.flatMap((api) =>
      [true, false].map((stream) => ({
        name: `${client} over ${api}, ${stream ? 'streamed' : 'whole'}`,
        client,
        stream,
        healthy: true,
        tier: { targets: [{ api, script: { text: TEXT } }] },
      })),
    ),
  );
  const { on, cases: named } = rehearsed(cases);
  it.each(named)('$name', async ({ id, client }) => {
    const { told, asked } = await on.of(id);
    complete(told, client);
    expect(asked[0]).toHaveLength(1);
  });
});

describe.runIf(GATEWAY)('before content', () => {
  const { on, cases } = rehearsed(table(BEFORE));
  it.each(cases)('$name', async ({ id, client, row, stream }) => {
    const { told, asked } = await on.of(id);
    complete(told, client);
    expect(asked[1]).toHaveLength(1);
    if (stream) expect(asked[0]).toHaveLength(row.asked);
    if (row.fault.do !== 'reasoning-break') expect(told.reasoning).toBe('');
  });
});

describe.runIf(GATEWAY)('after content', () => {
  const { on, cases } = rehearsed(table(AFTER));
  it.each(cases)('$name', async ({ id, client, stream, row }) => {
    const { told, asked } = await on.of(id);
    complete(told, client);
    if (stream) expect(asked.map((requests) => requests.length)).toEqual([row.asked, 1]);
  });
});

describe.runIf(GATEWAY)('break after a completed call', () => {
  const { on, cases } = rehearsed(table({ 'the call is there': { fault: { do: 'call-then-break' }, asked: 1 } }));
  it.each(cases)('$name', async ({ id, client, stream }) => {
    const { told, asked } = await on.of(id);
    expect(told).toMatchObject({ faults: [], text: TEXT, error: undefined });
    // C7: what was handed out stands, and nobody is asked; where nothing was handed out it was an ordinary break.
    if (told.calls.length > 0) {
      expect(stream).toBe(true);
      expect(told).toMatchObject({ finish: CLIENT[client].calls, calls: [{ name: 'lookup', input: { query: expect.any(String) } }] });
      expect(told.calls).toHaveLength(1);
      expect(asked[1]).toHaveLength(0);
    } else complete(told, client);
  });

  it('is closed after the call wherever the protocol says that it is complete', async () => {
    const closed = await Promise.all(
      cases.flatMap(({ id, tier, stream }) =>
        stream && tier.targets[0]!.api !== 'openai-chat' ? [on.of(id).then(({ told }) => told.calls.length)] : [],
      ),
    );
    expect(closed.length).toBe(9);
    expect(new Set(closed)).toEqual(new Set([1]));
  });
});

describe.runIf(GATEWAY)('cut between finish and terminator', () => {
  const { on, cases } = rehearsed(table({ 'is mended': { fault: { do: 'cut-after-finish' }, asked: 1 } }));
  it.each(cases)('$name', async ({ id, client, stream }) => {
    const { told, asked } = await on.of(id);
    complete(told, client);
    if (stream) expect(asked.map((requests) => requests.length)).toEqual([1, 0]);
  });
});

describe.runIf(GATEWAY)('reasoning that was cut is closed with its mark', () => {
  const row: Row = { fault: { do: 'reasoning-break' }, asked: THRICE };
  const { on, cases } = rehearsed(table({ 'hf1.cut': row }).filter(({ client, stream }) => client === 'anthropic-messages' && stream));
  it.each(cases)('$name', async ({ id, client }) => {
    const { told } = await on.of(id);
    complete(told, client);
    const { signatures } = told as Told & { readonly signatures: readonly string[] };
    if (told.reasoning !== '') expect(signatures.length).toBeGreaterThan(0);
    expect(signatures.every((signature) => signature === 'hf1.cut')).toBe(true);
  });
});

/** Nobody else is there to answer. */
const alone = (rows: Readonly<Record<string, Row>>, stream: boolean): readonly FaultCase[] =>
  CLIENTS.flatMap((client) =>
    UPSTREAMS.flatMap((api) =>
      Object.entries(rows).map(([name, row]) => ({
        name: `${client} over ${api}: ${name}`,
        client,
        stream,
        row,
        tier: { targets: [faulty(api, row.fault)], settings: { retries: 0, patience: '1ms', ...LIMITS } },
      })),
    ),
  );

describe.runIf(GATEWAY)('C8: broken for good, a stream says so and is destroyed', () => {
  const { on, cases } = rehearsed(alone(AFTER, true));
  it.each(cases)('$name', async ({ id }) => {
    const { told, heard } = await on.of(id);
    expect(told).toMatchObject({ status: 200, faults: [], finish: undefined, error: { message: expect.any(String) } });
    expect(told.text).not.toBe('');
    expect(TEXT.startsWith(told.text)).toBe(true);
    expect(heard.complete).toBe(false);
  });
});

/** What a refusal says of us, by row (field note 8). */
const statusOf = (name: string): number => {
  if (/^(402|429|quota)/.test(name)) return 429;
  if (/^(401|404)/.test(name)) return 502;
  return name.startsWith('overflow') ? 400 : 503;
};

describe.runIf(GATEWAY).each([true, false])('nobody answers, asked for a stream: %s', (stream) => {
  // Reasoning that was shown, and a head that was sent, leave no status to tell.
  const { 'reasoning, then a break': _, 'empty answer': _e, ...rows } = BEFORE;
  const { on, cases } = rehearsed(alone(rows, stream));
  const titled = cases.map((one) => ({ ...one, fault: one.name.slice(one.name.indexOf(': ') + 2) }));
  it.each(titled)('$name', async ({ id, client, fault }) => {
    const { told, heard } = await on.of(id);
    expect(told).toMatchObject({ status: statusOf(fault), faults: [], text: '', error: { message: expect.any(String) } });
    expect(heard.complete).toBe(true);
    expect(heard.headers['content-type']).toMatch(/^application\/json/);
    expect(heard.headers['x-should-retry']).toMatch(/^(true|false)$/);
    expect(heard.headers['request-id'] ?? heard.headers['x-request-id']).toBeTruthy();
    const after = heard.headers['retry-after'];
    expect(heard.headers['x-should-retry']).toBe(after === undefined ? 'false' : 'true');
    if (after !== undefined) expect(Number(after)).toBeGreaterThanOrEqual(1);
    if (after !== undefined) expect(Number(after)).toBeLessThanOrEqual(59);
    // Nothing of our attempts, our targets and our keys.
    expect(heard.text).not.toMatch(new RegExp(`${id}-a|127\\.0\\.0\\.1|lab-key`));
    if (client === 'anthropic-messages') expect(JSON.parse(heard.text)).toMatchObject({ type: 'error' });
  });
});
