/**
 * A break at every frame of one recorded answer, for each client protocol over each provider protocol: whole and once, or closed after a
 * completed call; never doubled, never cut in silence.
 */
import { labProvider, secondTarget, type FaultName, type LabAnswer, type ProtocolName } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { CLIENTS, GATEWAY, KEY, UPSTREAMS, type Client } from './gateway-process.ts';
import { CLIENT, hear, type Told } from './readers/index.ts';
import { OTHER, type Case } from './rehearsal.ts';
import { rehearsed } from './rehearsed.ts';

/** Breaks that come of themselves; silence takes a limit and is in the fault table. */
const BREAKS = ['cut', 'clean-end', 'error-event', 'bad-frame'] as const satisfies readonly FaultName[];
/** Over another protocol than the client's, where the break is found by the same code as everywhere. */
const FEW: readonly FaultName[] = ['cut', 'bad-frame'];
const TEXT = 'Let me look that up: ha ha ha, then on to it.';
const CALLS = [
  { name: 'lookup', args: { query: 'one' } },
  { name: 'lookup', args: { query: 'two' } },
];
const INPUTS = CALLS.map(({ args }) => args);
const ANSWER: LabAnswer = { text: TEXT, reasoning: 'Hm, let me see.', toolCalls: CALLS };

/** What the last frame is depends on the protocol; one more than there are is no break. */
async function framesOf(api: ProtocolName): Promise<number> {
  await using lab = await labProvider({ name: 'east', protocol: api, script: ANSWER, key: KEY });
  const google = { contents: [{ role: 'user', parts: [{ text: 'Tell it.' }] }] };
  const path = api === 'google' ? '/models/small-1:streamGenerateContent?alt=sse' : CLIENT[api].path;
  const headers = api === 'google' ? { 'x-goog-api-key': KEY } : CLIENT[api].headers;
  const asked = { model: 'small-1', stream: true, max_tokens: 100, messages: [{ role: 'user', content: 'Tell it.' }], input: 'Tell it.' };
  await hear(lab.url + path, api === 'google' ? google : asked, { headers });
  return lab.requests[0]!.frames;
}

interface Break extends Case {
  readonly at: number;
}

const FRAMES = new Map(await Promise.all(UPSTREAMS.map(async (api) => [api, await framesOf(api)] as const)));

const breaksOf = (client: Client, api: ProtocolName, fault: FaultName): readonly Break[] =>
  Array.from({ length: FRAMES.get(api)! + 1 }, (_, at) => ({
    name: `after ${at} frames`,
    client,
    at,
    stream: true,
    tier: {
      targets: [
        { api, script: { ...ANSWER, fault: { do: fault, afterFrames: at } } },
        { api: api === client ? OTHER[api] : client, script: secondTarget(TEXT, 'repeats-anchor', { toolCalls: CALLS }) },
      ],
    },
  }));

it('the recorded answers have many frames', () => {
  for (const frames of FRAMES.values()) expect(frames).toBeGreaterThan(15);
});

describe.runIf(GATEWAY).each(CLIENTS)('%s', (client) => {
  const all = UPSTREAMS.flatMap((api) =>
    (api === client ? BREAKS : FEW).map((fault) => ({ api, fault, breaks: breaksOf(client, api, fault) })),
  );
  const { on, cases } = rehearsed(all.flatMap(({ breaks }) => breaks));

  it.each(all)('over $api, $fault', { timeout: 60_000 }, async ({ breaks, api }) => {
    const mine = cases.filter(({ tier }) => breaks.some((one) => one.tier === tier));
    expect(mine).toHaveLength(FRAMES.get(api)! + 1);
    const outcomes = await Promise.all(mine.map(async ({ id, at }) => ({ at, told: (await on.of(id)).told })));
    for (const { at, told } of outcomes) {
      const { faults, text, finish, error }: Told = told;
      expect({ at, faults, text, finish, error }).toEqual({ at, faults: [], text: TEXT, finish: CLIENT[client].calls, error: undefined });
      const inputs = told.calls.map(({ input }) => input);
      expect([INPUTS.slice(0, 1), INPUTS], `after ${at} frames`).toContainEqual(inputs);
    }
  });
});
