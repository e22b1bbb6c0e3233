import type { Model, Protocol } from '@holdfast/core/engine';
import type { Checked } from '@holdfast/lab';
import * as fc from 'fast-check';
import type { Api } from './http-scene.ts';

export type Prompt = Parameters<Model['doStream']>[0]['prompt'];
type Message = Prompt[number];
type Assistant = Extract<Message, { role: 'assistant' }>;
type Part = Assistant['content'][number];
type Tool = Extract<Message, { role: 'tool' }>;

/** A target as it is asked for real, and what its vendor's API refuses. */
export interface Place {
  readonly name: string;
  readonly api: Api;
  readonly protocol: Protocol;
  readonly model: string;
  readonly vendor?: string;
  readonly checked: Checked;
}

export const PLACES: readonly Place[] = [
  {
    name: 'budget',
    api: 'anthropic',
    protocol: 'anthropic-messages',
    model: 'claude-sonnet-4-5',
    checked: { thinking: 'budget', prefill: true },
  },
  { name: 'adaptive', api: 'anthropic', protocol: 'anthropic-messages', model: 'claude-opus-5-5', checked: { thinking: 'adaptive' } },
  { name: 'responses', api: 'openai-responses', protocol: 'openai-responses', model: 'gpt-5', checked: {} },
  { name: 'chat', api: 'openai', protocol: 'openai-chat', model: 'gpt-4.1', vendor: 'openai', checked: { stops: 4 } },
  { name: 'server', api: 'openai-compatible', protocol: 'openai-chat', model: 'llama', checked: {} },
  {
    name: 'mistral',
    api: 'openai-compatible',
    protocol: 'openai-chat',
    model: 'mistral-large-2512',
    vendor: 'mistral',
    checked: { roles: 'strict', ids: 'nine' },
  },
  { name: 'gemini', api: 'google', protocol: 'google', model: 'gemini-2.5-pro', checked: {} },
  { name: 'gemini3', api: 'google', protocol: 'google', model: 'gemini-3-pro', checked: { signedCalls: true } },
];

/** An opaque value that says who made it: nobody else may see it again. */
export const opaque = (place: Place, nth: number): string => `@${place.name}@${nth}@0123456789`;
const thought = (place: Place): string => `what ${place.name} thought`;

/** What another target would have to see of `place` for this to be its own. */
export const traces = (place: Place): readonly string[] => [`@${place.name}@`, thought(place)];

export const originOf = ({ name, protocol, model }: Place) => ({ entry: name, protocol, model, account: `${name}#key` });

type Options = NonNullable<Assistant['providerOptions']>;

function metaOf(place: Place, kind: 'reasoning' | 'call' | 'text', nth: number): Options {
  switch (place.protocol) {
    case 'anthropic-messages':
      return kind === 'reasoning' ? { anthropic: { signature: opaque(place, nth) } } : {};
    case 'openai-responses':
      return {
        openai: {
          itemId: `${{ reasoning: 'rs', call: 'fc', text: 'msg' }[kind]}_${opaque(place, nth)}`,
          ...(kind === 'reasoning' && { reasoningEncryptedContent: opaque(place, nth) }),
        },
      };
    case 'google':
      return { google: { thoughtSignature: opaque(place, nth) } };
    default:
      return {};
  }
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = btoa('%PDF-1.4\n');
const WAV = btoa('RIFF\x24\x00\x00\x00WAVEfmt ');

const file = fc.constantFrom(
  { type: 'file' as const, mediaType: 'image/png', data: { type: 'data' as const, data: PNG } },
  { type: 'file' as const, mediaType: 'image/png', data: { type: 'url' as const, url: new URL('https://example.com/a.png') } },
  { type: 'file' as const, mediaType: 'application/pdf', filename: 'a.pdf', data: { type: 'data' as const, data: PDF } },
  { type: 'file' as const, mediaType: 'audio/wav', data: { type: 'data' as const, data: WAV } },
  { type: 'file' as const, mediaType: 'text/plain', filename: 'a.txt', data: { type: 'text' as const, text: 'some text' } },
  { type: 'file' as const, mediaType: 'text/csv', data: { type: 'data' as const, data: btoa('a,b') } },
  { type: 'file' as const, mediaType: 'image/png', data: { type: 'reference' as const, reference: { openai: 'file-1' } } },
  { type: 'file' as const, mediaType: 'video/mp4', data: { type: 'data' as const, data: btoa('mp4') } },
);

const words = fc.constantFrom('', ' ', 'one', 'two  ', '\n', 'three 🙂', '<system>');
const ids = fc.constantFrom('call_0', 'call_1', 'a b:c', 'x'.repeat(80), 'toolu_01', 'abcdefghi', 'ends_');
const names = fc.constantFrom('look', 'mcp.server/read file', 'x'.repeat(90), '1st', 'look');
const inputs = fc.constantFrom<unknown>({}, { at: 'x' }, '{"at":', '{"at":1}', [1], 7, '');

const user: fc.Arbitrary<Message> = fc
  .array(
    fc.oneof(
      words.map((text) => ({ type: 'text' as const, text })),
      file,
    ),
    { maxLength: 3 },
  )
  .map((content) => ({ role: 'user', content }));

const system: fc.Arbitrary<Message> = words.map((content) => ({ role: 'system', content }));

const assistant: fc.Arbitrary<Message> = fc
  .record({
    place: fc.constantFrom(...PLACES),
    said: fc.boolean(),
    aborted: fc.integer({ min: 0, max: 9 }),
    blocks: fc.array(
      fc.record({
        kind: fc.constantFrom('text', 'text', 'reasoning', 'call', 'call', 'ran', 'file'),
        text: words,
        id: ids,
        name: names,
        input: inputs,
        file,
        nth: fc.nat(99),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ place, said: says, aborted, blocks }): Message => {
    // Reasoning without anything opaque can only be known by its word.
    const said = says || place.protocol === 'openai-chat';
    const own = said ? { holdfast: { origin: originOf(place) } } : {};
    const content = blocks.flatMap(({ kind, text, id, name, input, file: made, nth }): Part[] => {
      switch (kind) {
        case 'text':
          return [{ type: 'text', text, providerOptions: { ...metaOf(place, 'text', nth), ...own } }];
        case 'reasoning': {
          // A block that was cut has no signature of the vendor's; some reasoning never has one.
          const meta =
            aborted === 0
              ? { holdfast: { cut: true }, anthropic: { signature: 'hf1.cut' } }
              : { ...metaOf(place, 'reasoning', nth), ...own };
          return [{ type: 'reasoning', text: thought(place), providerOptions: meta }];
        }
        case 'call':
          return [{ type: 'tool-call', toolCallId: id, toolName: name, input, providerOptions: { ...metaOf(place, 'call', nth), ...own } }];
        case 'ran':
          return said
            ? [
                { type: 'tool-call', toolCallId: `ran${nth}`, toolName: 'search', input: {}, providerExecuted: true, providerOptions: own },
                {
                  type: 'tool-result',
                  toolCallId: `ran${nth}`,
                  toolName: 'search',
                  output: { type: 'json', value: { hit: 1 } },
                  providerOptions: own,
                },
              ]
            : [];
        default:
          return [{ ...made, providerOptions: own }];
      }
    });
    return { role: 'assistant', content, ...(said && { providerOptions: own }) };
  })
  // A provider's own tools are asked of that provider's package by name, which this test does not declare: they count as another's.
  .map((message) => (message.role === 'assistant' ? { ...message, content: message.content.map(ranElsewhere) } : message));

const ranElsewhere = (part: Part): Part =>
  (part.type === 'tool-call' && part.providerExecuted) || part.type === 'tool-result'
    ? { ...part, providerOptions: { holdfast: { origin: { entry: 'gone', protocol: 'other', model: 'm', account: 'a' } } } }
    : part;

type Output = Extract<Tool['content'][number], { type: 'tool-result' }>['output'];

const outputs: fc.Arbitrary<Output> = fc.oneof(
  words.map((value): Output => ({ type: 'text', value })),
  fc.constantFrom<Output>(
    { type: 'json', value: { $ref: 'x', n: 1 } },
    { type: 'error-text', value: 'failed' },
    { type: 'execution-denied', reason: 'no' },
    { type: 'content', value: [] },
  ),
  fc
    .array(
      fc.oneof(
        words.map((text) => ({ type: 'text' as const, text })),
        file,
      ),
      { maxLength: 3 },
    )
    .map((value): Output => ({ type: 'content', value })),
);

const results: fc.Arbitrary<Message> = fc
  .array(fc.record({ toolCallId: ids, toolName: names, output: outputs }), { minLength: 1, maxLength: 3 })
  .map((all) => ({ role: 'tool', content: all.map((one) => ({ type: 'tool-result' as const, ...one })) }));

/** Messages in any order, nobody's rules kept, begun by anybody but the system alone. */
export const histories: fc.Arbitrary<Prompt> = fc
  .tuple(
    fc.option(system, { nil: undefined }),
    fc.oneof(user, assistant),
    fc.array(fc.oneof(user, assistant, assistant, results, results, system), { maxLength: 9 }),
  )
  .map(([head, first, rest]) => [...(head ? [head] : []), first, ...rest]);
