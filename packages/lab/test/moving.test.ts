import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { askModel, Moving, type Attempt, type Model, type ModelOptions } from '@holdfast/core/engine';
import { complaints, type ProtocolName } from '@holdfast/lab';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histories, opaque, originOf, PLACES, traces, type Place, type Prompt } from './moving-histories.ts';

/** What a vendor's package was given, and what it put on the wire. */
interface Sent {
  readonly prompt: Prompt;
  readonly body: unknown;
}

/** A target behind its vendor's own package; what is sent is looked at, and goes nowhere. */
function place(at: Place, moving: Moving): (request: ModelOptions) => Promise<Sent> {
  let body: unknown;
  const fetch = (async (_url: unknown, init: RequestInit) => {
    body = JSON.parse(init.body as string);
    throw new Error('nobody is there');
  }) as typeof globalThis.fetch;
  const made = { baseURL: 'http://lab.invalid/v1', apiKey: 'k', fetch };
  const models: Record<Place['api'], () => Model> = {
    anthropic: () => createAnthropic(made)(at.model),
    google: () => createGoogle(made)(at.model),
    openai: () => createOpenAI(made).chat(at.model),
    'openai-responses': () => createOpenAI(made).responses(at.model),
    'openai-compatible': () => createOpenAICompatible({ ...made, name: 'openaiCompatible' })(at.model),
  };
  const model = models[at.api]();
  let prompt: Prompt = [];
  const spy = {
    doStream: (options: ModelOptions) => {
      ({ prompt } = options);
      return model.doStream(options);
    },
  } as unknown as Model;
  const ask = askModel(() => Promise.resolve(spy), { moving });
  const credential = `${at.name}#key`;
  const target = { place: 0, ref: at.name, ...originOf(at), credential, group: at.model, ...(at.vendor && { vendor: at.vendor }) };
  const attempt = {
    call: 'c',
    attempt: 1,
    target,
    signal: new AbortController().signal,
    share: 1000,
    abort: () => {},
  } as unknown as Attempt;
  return async (request) => {
    body = undefined;
    const error: unknown = await ask(request, attempt).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    // Its package could not even write it down.
    if (body === undefined) throw error;
    return { prompt, body };
  };
}

const movingFor = (): Moving => {
  const moving = new Moving({ now: () => 0, makers: true });
  for (const one of PLACES)
    moving.handedOut(
      Array.from({ length: 100 }, (_, nth) => opaque(one, nth)),
      originOf(one),
    );
  return moving;
};

const SCHEMA = {
  type: 'object' as const,
  properties: { at: { $ref: '#/$defs/place' }, how: { oneOf: [{ const: 'fast' }, { type: 'null' }] }, tags: { type: 'array' } },
  required: ['at', 'gone'],
  additionalProperties: false,
  $defs: { place: { type: 'object', properties: { inner: { $ref: '#/$defs/place' }, name: { type: ['string', 'null'], format: 'uri' } } } },
};
const TOOLS: NonNullable<ModelOptions['tools']> = [
  { type: 'function', name: 'look', inputSchema: SCHEMA as never },
  {
    type: 'function',
    name: 'mcp.server/read file',
    inputSchema: {
      anyOf: [
        { type: 'object', properties: { a: { type: 'string' } } },
        { type: 'object', properties: { b: {} } },
      ],
    } as never,
  },
  { type: 'function', name: 'nothing', inputSchema: { type: 'object' } },
  { type: 'provider', id: 'anthropic.web_search_20250305', name: 'web_search', args: {} },
];

const settings: fc.Arbitrary<Partial<ModelOptions>> = fc.record(
  {
    tools: fc.constant(TOOLS),
    toolChoice: fc.constantFrom(
      { type: 'auto' as const },
      { type: 'required' as const },
      { type: 'tool' as const, toolName: 'mcp.server/read file' },
    ),
    reasoning: fc.constantFrom('high' as const, 'none' as const),
    temperature: fc.constant(1.7),
    stopSequences: fc.constantFrom([' '], ['a', 'b', 'c', 'd', 'e', 'f']),
    maxOutputTokens: fc.constant(8000),
    presencePenalty: fc.constant(0.5),
  },
  { requiredKeys: ['tools'] },
);

const fixed = (prompt: Prompt): Prompt =>
  prompt.map((message) => {
    Object.freeze(message.content);
    return Object.freeze(message);
  });

const PAIRS = PLACES.flatMap((first) => PLACES.map((second) => [`${first.name}, then ${second.name}`, [first, second]] as const));
const RUNS = 12;

describe('T1, T2: satisfies what each API asks, shows nobody what another made, and only grows', () => {
  it.each(PAIRS)('%s', (_name, pair) =>
    fc.assert(
      fc.asyncProperty(
        histories,
        fc.array(fc.record({ length: fc.nat(12), second: fc.boolean() }), { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        settings,
        async (history, turns, frozen, given) => {
          const moving = movingFor();
          const asks = pair.map((one) => place(one, moving));
          const whole = frozen ? fixed(history) : history;
          const before: (Prompt | undefined)[] = [undefined, undefined];
          const least = whole[0]?.role === 'system' ? 2 : 1;
          for (const { length, second } of turns.toSorted((a, b) => a.length - b.length)) {
            const nth = second ? 1 : 0;
            const sent = await asks[nth]!({ prompt: whole.slice(0, Math.max(least, length)), ...given });
            satisfies(pair[nth]!, sent.body);
            const known = before[nth] ?? [];
            expect(JSON.stringify(sent.prompt.slice(0, known.length))).toBe(JSON.stringify(known));
            before[nth] = sent.prompt;
          }
        },
      ),
      { numRuns: RUNS },
    ),
  );
});

function satisfies(at: Place, body: unknown): void {
  const mine = (value: string): boolean => value.includes(`@${at.name}@`);
  expect(complaints(at.protocol as ProtocolName, body, { ...at.checked, mine })).toEqual([]);
  const text = JSON.stringify(body);
  for (const other of PLACES) if (other !== at) for (const trace of traces(other)) expect(text).not.toContain(trace);
  expect(text).not.toContain('holdfast');
}
