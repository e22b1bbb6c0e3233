/** Over a mock that others wrote: its frames are not ours, and leave out what a gateway must not rely on (numbers, usage, pings). */
import { LLMock } from '@copilotkit/aimock';
import { secondTarget, type ProtocolName } from '@holdfast/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS, front, GATEWAY, UPSTREAMS, type Client, type Front, type TierSpec } from './gateway-process.ts';
import { bodyOf, CLIENT, hear, type Told } from './readers/index.ts';
import { OTHER } from './rehearsal.ts';

const TEXT = 'Hello there, all of you: this is an answer of more than a few words, and it has an end.';
const THOUGHT = 'Let me think.';
const INPUTS = [{ query: 'one' }, { query: 'two' }];

interface Asked {
  readonly client: Client;
  readonly upstream: ProtocolName;
  readonly stream: boolean;
}

const cases: readonly Asked[] = CLIENTS.flatMap((client) =>
  UPSTREAMS.flatMap((upstream) => (GATEWAY || upstream === client ? [true, false].map((stream) => ({ client, upstream, stream })) : [])),
);

/** What is believed of the mock in one must not be known in the others. */
const TIERS = ['well', 'cut', 'busy'] as const;
const tierOf = ({ client, upstream, stream }: Asked, tier: string): string => `${client}-${upstream}-${stream}-${tier}`;
const spec = ({ upstream: api }: Asked): TierSpec => ({
  targets: [
    { api, at: `${mock.url}${api === 'google' ? '/v1beta' : '/v1'}` },
    { api: OTHER[api], script: secondTarget(TEXT, 'repeats-anchor') },
  ],
});

const mock = new LLMock({ port: 0, chunkSize: 7 });
let on: Front;

beforeAll(async () => {
  const toolCalls = INPUTS.map((input) => ({ name: 'lookup', arguments: JSON.stringify(input) }));
  mock.onMessage('say it', { content: TEXT });
  mock.onMessage('think', { content: TEXT, reasoning: THOUGHT });
  mock.onMessage('look it up', { content: 'Looking.', toolCalls });
  mock.onMessage('break off', { content: TEXT }, { truncateAfterChunks: 6 });
  mock.onMessage('be busy', { error: { message: 'Slow down.', type: 'rate_limit_error', code: 'rate_limit_exceeded' }, status: 429 });
  await mock.start();
  on = await front(Object.fromEntries(cases.flatMap((one) => TIERS.map((tier) => [tierOf(one, tier), spec(one)]))));
}, 60_000);
afterAll(async () => {
  await on?.[Symbol.asyncDispose]();
  await mock.stop();
});

/** The mock's Responses have no numbers, and its reasoning comes before the role: what is handed on as it came is the same. */
const known = (told: Told, client: Client, upstream: ProtocolName): Told =>
  upstream === client
    ? { ...told, faults: told.faults.filter((fault) => !/^(number undefined|content before the role)/.test(fault)) }
    : told;

async function ask(asked: Asked, prompt: string, tier: (typeof TIERS)[number] = 'well'): Promise<Told> {
  const { client, upstream, stream } = asked;
  const { base, model } = on.at(tierOf(asked, tier), client);
  const { path, headers, stream: read, whole } = CLIENT[client];
  const heard = await hear(base + path, bodyOf(client, { model, prompt, stream }), { headers });
  return known((stream && heard.status === 200 ? read : whole)(heard), client, upstream);
}

describe.each(cases)('$client over $upstream, streamed: $stream', ({ client, upstream, stream }) => {
  const asked = { client, upstream, stream };
  const { stop, calls } = CLIENT[client];

  it('text', async () => {
    expect(await ask(asked, 'Please say it.')).toMatchObject({ faults: [], text: TEXT, calls: [], finish: stop });
  });

  it('reasoning', async () => {
    const told = await ask(asked, 'Please think.');
    expect(told).toMatchObject({ faults: [], text: TEXT, finish: stop });
    if (upstream === client) expect([THOUGHT, '']).toContain(told.reasoning);
  });

  it('tools', async () => {
    const told = await ask(asked, 'Please look it up.');
    expect(told).toMatchObject({ faults: [], text: 'Looking.', error: undefined });
    expect(told.calls.map(({ name, input }) => ({ name, input }))).toEqual(INPUTS.map((input) => ({ name: 'lookup', input })));
    // The mock's Gemini ends with a reason that Gemini does not have.
    if (upstream !== 'google') expect(told.finish).toBe(calls);
  });

  it.runIf(GATEWAY)('an answer that breaks off is finished by the next target', async () => {
    expect(await ask(asked, 'Please break off.', 'cut')).toMatchObject({ faults: [], text: TEXT, finish: stop });
  });

  it.runIf(GATEWAY)('a rate limit is the next target’s turn', async () => {
    expect(await ask(asked, 'Please be busy.', 'busy')).toMatchObject({ faults: [], text: TEXT, finish: stop });
  });
});
