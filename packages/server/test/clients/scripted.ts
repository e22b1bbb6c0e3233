/** What the models behind the gateway say to the clients of these tests, and the tiers in which they fail or do not. */
import { byLastMessage, gate, texts, type Facts, type FaultName, type LabAnswer, type ProtocolName } from '@holdfast/lab';
import { carriesOn } from '../carries-on.ts';
import { front, GATEWAY, UPSTREAMS, type Client, type Front, type TierSpec } from '../gateway-process.ts';
import { OTHER } from '../rehearsal.ts';

// The AI SDK says on stderr that the lab's models are none it knows.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

export const TEXT = texts.plain;
export const THOUGHT = 'Hm, let me see what this is about.';
export const PLANT = { name: 'kelp', depth: 12 };
export const PLANT_SCHEMA = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const }, depth: { type: 'integer' as const } },
  required: ['name', 'depth'],
  additionalProperties: false as const,
};
export const QUERY_SCHEMA = {
  type: 'object' as const,
  properties: { query: { type: 'string' as const } },
  required: ['query'],
  additionalProperties: false as const,
};
export const INPUTS = [{ query: 'one' }, { query: 'two' }];
/** One pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const said = byLastMessage<LabAnswer>(
  [
    ['look it up', { toolCalls: INPUTS.map((args) => ({ name: 'lookup', args })) }],
    ['as JSON', { text: JSON.stringify(PLANT) }],
    ['think', { reasoning: THOUGHT, text: TEXT }],
    // It says no more than its first words until its client has left.
    ['slowly', { text: TEXT, gate: gate(10) }],
    ['be cut short', { text: TEXT.slice(0, 40), finish: 'length' }],
    ['what did I say', (facts: Facts) => ({ text: `You said: ${facts.turns.find(({ role }) => role === 'user')!.text}` })],
  ],
  { text: TEXT },
);

/** A tool's result is repeated, so that a test sees it arrive. */
function answers(facts: Facts): LabAnswer {
  const last = facts.turns.at(-1);
  if (last?.role !== 'tool') return said(facts);
  const results = facts.turns.filter(({ role }) => role === 'tool').map(({ text }) => text);
  return { text: `The tools say: ${results.join(', ')}. That is all there is to it, and it is enough.` };
}

/** `well`: the first target answers. */
export const WAYS = ['well', 'error-first', 'cut', 'clean-end', 'half-call', 'bad-frame'] as const satisfies readonly (
  | 'well'
  | FaultName
)[];
export type Way = (typeof WAYS)[number];

const tierOf = (api: ProtocolName, way: Way): TierSpec => ({
  targets: [
    { api, script: (facts) => ({ ...carriesOn(answers)(facts), ...(way !== 'well' && { fault: { do: way } }) }) },
    { api: OTHER[api], script: carriesOn(answers) },
  ],
  settings: { retries: 0 },
});

/** Where a break may find the first of two calls complete and handed out: the turn is closed after it (C7). */
const BETWEEN_CALLS = new Set<Way>(['cut', 'clean-end', 'bad-frame']);

/** What the calls of an answer may be, asked with both inputs. */
export const inputsDue = (way: Way, streamed: boolean): readonly (typeof INPUTS)[] =>
  streamed && BETWEEN_CALLS.has(way) ? [INPUTS, INPUTS.slice(0, 1)] : [INPUTS];

export interface Row {
  readonly upstream: ProtocolName;
  readonly way: Way;
}

/** So many tests may break one upstream in one way. */
const TIMES = 40;
const used = new Map<string, number>();

/** A tier whose first target fails for the first time: once it rests, the next call would not meet the fault. */
export function fresh({ upstream, way }: Row): string {
  const name = `${upstream}-${way}`;
  if (way === 'well') return name;
  const times = used.get(name) ?? 0;
  if (times === TIMES) throw new Error(`more than ${TIMES} tests over ${name}`);
  used.set(name, times + 1);
  return `${name}-${times}`;
}

const tiers = Object.fromEntries(
  UPSTREAMS.flatMap((api) =>
    WAYS.flatMap((way) =>
      Array.from({ length: way === 'well' ? 1 : TIMES }, (_, n) => [
        way === 'well' ? `${api}-well` : `${api}-${way}-${n}`,
        tierOf(api, way),
      ]),
    ),
  ),
);

/** Over each protocol of a provider, in each way; without a gateway over the client's own, when all is well. */
export const rowsOf = (client: Client): readonly Row[] =>
  UPSTREAMS.flatMap((upstream) => WAYS.map((way) => ({ upstream, way }))).filter(
    ({ upstream, way }) => GATEWAY || (upstream === client && way === 'well'),
  );

export const clientFront = (): Promise<Front> =>
  front(tiers, {
    file: {
      server: {
        aliases: { 'claude-*haiku*': 'anthropic-messages-well', 'gpt-*': 'openai-chat-well' },
        default_tier: 'openai-responses-well',
      },
    },
  });
