/** A client that reads nothing holds its provider back (C3); one that hangs up is noticed by its provider at once, whatever the call is at. */
import { gate, texts, type Asked, type Gate, type LabAnswer, type ProtocolName } from '@holdfast/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carriesOn } from './carries-on.ts';
import { CLIENTS, front, GATEWAY, type Client, type Front, type TierSpec } from './gateway-process.ts';
import { listenTo } from './listening.ts';
import { bodyOf, CLIENT, hear } from './readers/index.ts';
import { OTHER } from './rehearsal.ts';

const TEXT = texts.plain;
const settings = { retries: 0, patience: 0 };
const rows = CLIENTS.flatMap((client) => [client, OTHER[client]].map((api) => ({ client, api })));
const LENGTH = 14 * 1024;
/** More than all sockets and buffers on the way hold; Responses say a text three times more at its end, each in one frame. */
const LONG: LabAnswer = { chunks: Array.from({ length: 1024 }, (_, n) => `${n} `.padEnd(LENGTH, 'kelp ')) };

const tiers: Record<string, TierSpec> = { quick: { targets: [{ api: 'openai-chat', script: { text: 'Quick.' } }] } };
const gates = new Map<string, Gate>();
/** How far the tier's call has come when its client leaves. */
const PHASES = ['head', 'mid-stream', 'takeover', 'whole'] as const;
type Phase = (typeof PHASES)[number];

function tierOf(client: Client, api: ProtocolName, phase: Phase, one: Gate): TierSpec {
  const stands = { api, script: { text: TEXT, gate: one } };
  if (phase !== 'takeover') return { targets: [stands], settings };
  const broken = { api: client, script: { text: TEXT, fault: { do: 'cut' } } } as const;
  return { targets: [broken, { api, script: carriesOn(() => stands.script) }], settings };
}

for (const { client, api } of rows) {
  tiers[`${client}-${api}-long`] = { targets: [{ api, script: LONG }], settings };
  tiers[`${client}-${api}-patient`] = {
    targets: [{ api, script: LONG }],
    settings: { ...settings, timeouts: { first_token: '10s', stall: '400ms', silence: '400ms' } },
  };
  for (const phase of PHASES) {
    const one = gate(phase === 'mid-stream' ? 12 : 'head');
    gates.set(`${client}-${api}-${phase}`, one);
    tiers[`${client}-${api}-${phase}`] = tierOf(client, api, phase, one);
  }
}
tiers['clock'] = {
  targets: [{ api: 'openai-chat', script: { fault: { do: 'no-headers' } } }],
  settings: { ...settings, timeouts: { first_token: '2s' } },
};
const door = gate('head');
tiers['lane'] = {
  targets: [{ api: 'openai-chat', script: (facts) => ({ text: TEXT, ...(facts.turns.at(-1)?.text === 'Tell it.' && { gate: door }) }) }],
  settings,
};
const lanes = { narrow: { match: ['lane-a/*'], concurrency: 1 } };

describe.runIf(GATEWAY)('clients that do not read, or leave', () => {
  let on: Front;
  beforeAll(async () => {
    on = await front(tiers, { file: { lanes } });
  });
  afterAll(() => on[Symbol.asyncDispose]());

  const rest = async (): Promise<void> => {
    const { base, model } = on.at('quick', 'openai-chat');
    await hear(`${base}/chat/completions`, { model, messages: [{ role: 'user', content: 'Quick?' }] });
  };
  /** Resolves with the frames that were sent when no more are, for as long as several other calls take. */
  const stalled = async ({ frames }: Asked, again: () => Asked): Promise<number> => {
    for (let n = 0; n < 5; n++) await rest();
    const now = again();
    return now.frames === frames ? frames : stalled({ ...now }, again);
  };

  it.each(rows)(
    '$client over $api: what is not read is not asked for, and comes when it is',
    { timeout: 60_000 },
    async ({ client, api }) => {
      const tier = `${client}-${api}-long`;
      const heard = listenTo(client, on.at(tier, client), {}, { deaf: true });
      const first = await on.waitFor(tier, ({ frames }) => frames > 5);
      const frames = await stalled({ ...first }, () => on.asked(tier)[0]!);
      expect(frames).toBeLessThan(LONG.chunks!.length);
      expect(on.asked(tier)[0]!.state).toBe('open');
      (await heard.head).resume();
      expect(CLIENT[client].stream(await heard.over)).toMatchObject({ finish: CLIENT[client].stop, faults: [], error: undefined });
      expect(on.asked(tier)).toMatchObject([{ state: 'done' }]);
    },
  );

  it.each(rows.filter(({ client, api }) => client === api))(
    '$client over $api: a client that takes its time is no stall',
    { timeout: 60_000 },
    async ({ client, api }) => {
      const tier = `${client}-${api}-patient`;
      const heard = listenTo(client, on.at(tier, client), {}, { deaf: true });
      const first = await on.waitFor(tier, ({ frames }) => frames > 5);
      const before = await stalled({ ...first }, () => on.asked(tier)[0]!);
      // A call that ends by a limit five times as long as the one that must not be met here.
      const { base } = on.at('clock', 'openai-chat');
      expect((await hear(`${base}/chat/completions`, bodyOf('openai-chat', { model: 'clock' }))).status).toBe(503);
      expect(on.asked(tier)).toMatchObject([{ state: 'open' }]);
      (await heard.head).resume();
      await on.waitFor(tier, ({ frames }) => frames > before);
      // Responses say the whole text again at the end, in frames that take longer than that limit to come.
      if (api === 'openai-responses') return heard.leave();
      expect(CLIENT[client].stream(await heard.over)).toMatchObject({ finish: CLIENT[client].stop, faults: [], error: undefined });
      expect(on.asked(tier)).toMatchObject([{ state: 'done' }]);
    },
  );

  const phases = rows.flatMap((row) => PHASES.map((phase) => ({ ...row, phase })));
  it.each(phases)('$client over $api, $phase: the provider is left too', async ({ client, api, phase }) => {
    const tier = `${client}-${api}-${phase}`;
    const place = phase === 'takeover' ? 1 : 0;
    const heard = listenTo(client, on.at(tier, client), { stream: phase !== 'whole' });
    await gates.get(tier)!.reached;
    if (phase === 'mid-stream') await heard.until((text) => text.length > 0);
    heard.leave();
    expect(await on.waitFor(tier, ({ state }) => state !== 'open', place)).toMatchObject({ state: 'aborted', aborted: true });
    expect(on.asked(tier, place)).toHaveLength(1);
  });

  it('in a lane: it is never asked for, and who waits behind it gets its turn', async () => {
    const first = listenTo('openai-chat', on.at('lane', 'openai-chat'));
    await door.reached;
    const [second, third] = ['two', 'three'].map((prompt) => listenTo('openai-chat', on.at('lane', 'openai-chat'), { prompt }));
    for (;;) {
      const { text } = await hear(`${on.served.url}/metrics`, undefined, { method: 'GET' });
      if (/^holdfast_lane_waits_total\{[^}]*\} 2$/m.test(text)) break;
    }
    second!.leave();
    await second!.over;
    door.release();
    expect(CLIENT['openai-chat'].stream(await first.over)).toMatchObject({ text: TEXT, faults: [] });
    expect(CLIENT['openai-chat'].stream(await third!.over)).toMatchObject({ text: TEXT, faults: [] });
    expect(on.asked('lane').map(({ facts }) => facts!.turns.at(-1)!.text)).toEqual(['Tell it.', 'three']);
  });

  it('nothing of them stays', async () => {
    for (;;) {
      const { text } = await hear(`${on.served.url}/metrics`, undefined, { method: 'GET' });
      if (/^holdfast_open_calls 0$/m.test(text) && /^holdfast_open_streams 0$/m.test(text)) break;
    }
    expect(on.served.err).not.toContain('a fault of ours');
  });
});

describe.runIf(GATEWAY)('slow_client', () => {
  it.each(CLIENTS)('%s: whoever takes nothing for so long is let go, and the provider too', async (client) => {
    await using on = await front(
      { long: { targets: [{ api: client, script: LONG }], settings } },
      { file: { server: { slow_client: '1s' } } },
    );
    const heard = listenTo(client, on.at('long', client), {}, { deaf: true });
    await heard.head;
    const left = await on.waitFor('long', ({ state }) => state !== 'open');
    expect([left.state, left.fault]).toEqual([expect.stringMatching(/aborted|broken/), undefined]);
    expect(left.frames).toBeLessThan(LONG.chunks!.length);
    (await heard.head).resume();
    expect(await heard.over).toMatchObject({ complete: false });
    expect(on.asked('long')).toHaveLength(1);
  });
});
