/** What second targets do that are asked to finish a cut answer (rules of failure, section 7), as the gateway's clients see it. */
import { BEHAVIOURS, secondTarget, texts, type Behaviour, type ProtocolName, type TextName } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { CLIENTS, GATEWAY, type Client } from './gateway-process.ts';
import { CLIENT, type Told } from './readers/index.ts';
import { OTHER, type Case } from './rehearsal.ts';
import { rehearsed } from './rehearsed.ts';

const NAMES = Object.keys(texts) as TextName[];

interface TakeoverCase extends Case {
  readonly text: string;
  readonly behaviour: Behaviour;
}

const takeover = (client: Client, west: ProtocolName, text: TextName, behaviour: Behaviour, third?: Behaviour): TakeoverCase => ({
  name: `${client}, ${text}, then ${west}: ${behaviour}${third ? `, then ${third}` : ''}`,
  client,
  behaviour,
  text: texts[text],
  stream: true,
  tier: {
    targets: [
      { api: client, script: (facts) => ({ ...secondTarget(texts[text], 'goes-on')(facts), fault: { do: 'cut' } }) },
      { api: west, script: secondTarget(texts[text], behaviour) },
      ...(third ? [{ api: client, script: secondTarget(texts[text], third) }] : []),
    ],
    settings: { retries: 0 },
  },
});

/** Whole and once, or an error behind what was shown: nothing else. */
function honest(told: Told, text: string, client: Client): 'whole' | 'broken' {
  expect(told.faults).toEqual([]);
  expect(told.text).not.toBe('');
  if (told.error === undefined) {
    expect(told.finish).toBe(CLIENT[client].stop);
    return 'whole';
  }
  expect(text.startsWith(told.text)).toBe(true);
  return 'broken';
}

const WHOLE = new Set<Behaviour>(['repeats-anchor', 'repeats-tail', 'preamble', 'reopened-fence', 'starts-over']);
const REJECTED = new Set<Behaviour>(['starts-over-differently', 'refuses']);

describe.runIf(GATEWAY).each(CLIENTS)('%s', (client) => {
  // Each text over the client's own protocol; over another one those that are hardest on frames.
  const own = NAMES.flatMap((text) => BEHAVIOURS.map((behaviour) => takeover(client, client, text, behaviour)));
  const other = (['code', 'emoji', 'chinese'] as const).flatMap((text) =>
    BEHAVIOURS.map((behaviour) => takeover(client, OTHER[client], text, behaviour)),
  );
  const { on, cases } = rehearsed([...own, ...other]);

  it.each(cases)('$name', async ({ id, text, behaviour }) => {
    const { told } = await on.of(id);
    if (behaviour === 'answers-with-tool-call') {
      expect(told).toMatchObject({ faults: [], error: undefined, finish: CLIENT[client].calls });
      expect(told.calls).toMatchObject([{ name: 'lookup', input: { query: 'the rest' } }]);
      expect(text.startsWith(told.text)).toBe(true);
      return;
    }
    const how = honest(told, text, client);
    if (WHOLE.has(behaviour)) expect({ how, text: told.text }).toEqual({ how: 'whole', text });
    if (REJECTED.has(behaviour)) expect(how).toBe('broken');
    // Without a word of the anchor: joined only where the joint is open.
    if (behaviour === 'goes-on' && how === 'whole') expect(told.text).toBe(text);
    if (behaviour === 'same-first-sentence' && how === 'whole') expect(told.text).toMatch(/There is another way to tell it/);
  });
});

describe.runIf(GATEWAY).each(CLIENTS)('%s: a third target', (client) => {
  const { on, cases } = rehearsed(
    NAMES.flatMap((text) =>
      (['starts-over-differently', 'refuses', 'nothing-to-add'] as const).map((behaviour) =>
        takeover(client, OTHER[client], text, behaviour, 'repeats-anchor'),
      ),
    ),
  );
  it.each(cases)('$name', async ({ id, text }) => {
    const { told } = await on.of(id);
    expect(told).toMatchObject({ faults: [], text, finish: CLIENT[client].stop, error: undefined });
  });
});

/** A second target that would start over, for clients that say what is to become of what they were shown. */
const asking = (way: 'fail' | 'restart'): readonly TakeoverCase[] =>
  CLIENTS.flatMap((client) =>
    ([client, OTHER[client]] as const).map((west) => ({
      ...takeover(client, west, 'plain', 'starts-over'),
      name: `${client}, then ${west}`,
      headers: { 'x-holdfast-on-partial': way },
    })),
  );

describe.runIf(GATEWAY)('x-holdfast-on-partial: fail', () => {
  const { on, cases } = rehearsed(asking('fail'));
  it.each(cases)('$name', async ({ id, text }) => {
    const { told, asked } = await on.of(id);
    expect(told).toMatchObject({ faults: [], finish: undefined, error: { message: expect.any(String) } });
    expect(text.startsWith(told.text)).toBe(true);
    expect(asked[1]).toHaveLength(0);
  });
});

describe.runIf(GATEWAY)('x-holdfast-on-partial: restart', () => {
  const { on, cases } = rehearsed(asking('restart'));
  it.each(cases)('$name', async ({ id, text, client }) => {
    const { told, asked } = await on.of(id);
    expect(told).toMatchObject({ faults: [], text, finish: CLIENT[client].stop, error: undefined });
    // Responses cannot take back what was shown: there it goes on.
    expect(told.withdrawn ?? 0).toBe(client === 'openai-responses' ? 0 : 1);
    expect(asked[1]).toHaveLength(1);
  });
});

describe.runIf(GATEWAY)('without that header nothing is taken back', () => {
  const { on, cases } = rehearsed(CLIENTS.map((client) => takeover(client, OTHER[client], 'plain', 'starts-over')));
  it.each(cases)('$name', async ({ id, text }) => {
    const { told, heard } = await on.of(id);
    expect(told).toMatchObject({ faults: [], text });
    expect(heard.text).not.toContain('withdraw');
  });
});
