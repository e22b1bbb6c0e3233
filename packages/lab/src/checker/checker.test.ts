import { describe, expect, it } from 'vitest';
import { complaints, type Checked } from './index.ts';

type Row = readonly [what: string, body: Record<string, unknown>, says: RegExp, checked?: Checked];

const use = (id: string, input: unknown = {}) => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'look', input }] });
const got = (...ids: string[]) => ({ role: 'user', content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'x' })) });
const asks = (text = 'q') => ({ role: 'user', content: [{ type: 'text', text }] });
const thinks = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature });

const MESSAGES: readonly Row[] = [
  ['nothing', { messages: [] }, /at least one message/],
  ['the assistant first', { messages: [{ role: 'assistant', content: 'x' }, asks()] }, /first message/],
  ['a last assistant turn', { messages: [asks(), { role: 'assistant', content: 'x' }] }, /does not support assistant message prefill/],
  [
    'white space at the end of a prefill',
    { messages: [asks(), { role: 'assistant', content: 'x ' }] },
    /trailing whitespace/,
    { prefill: true },
  ],
  ['empty text', { messages: [asks(' ')] }, /non-whitespace/],
  ['no content', { messages: [{ role: 'user', content: [] }] }, /non-empty content/],
  ['a system message within', { messages: [asks(), { role: 'system', content: 'x' }, asks()] }, /role: Input should be/],
  ['a call without a result', { messages: [asks(), use('a'), asks()] }, /ids were found without `tool_result`/],
  [
    'a result behind text',
    { messages: [asks(), use('a'), { role: 'user', content: [...asks().content, ...got('a').content] }] },
    /immediately after/,
  ],
  ['a result without a call', { messages: [asks(), got('a')] }, /unexpected `tool_use_id`/],
  ['two results for a call', { messages: [asks(), use('a'), got('a', 'a')] }, /single result/],
  ['one id twice', { messages: [asks(), use('a'), got('a'), use('a'), got('a')] }, /must be unique/],
  ['an odd id', { messages: [asks(), use('a b'), got('a b')] }, /should match pattern/],
  ['arguments that are no object', { messages: [asks(), use('a', [1]), got('a')] }, /valid dictionary/],
  [
    "another's signature",
    { messages: [asks(), { role: 'assistant', content: [thinks('x'), { type: 'text', text: 'y' }] }, asks()] },
    /Invalid `signature`/,
    { mine: () => false },
  ],
  [
    'an unsigned thought',
    { messages: [asks(), { role: 'assistant', content: [thinks(''), { type: 'text', text: 'y' }] }, asks()] },
    /Invalid `signature`/,
  ],
  ['a turn that ends with a thought', { messages: [asks(), { role: 'assistant', content: [thinks('x')] }, asks()] }, /final block/],
  [
    'a turn of tools without its thought',
    { thinking: { type: 'enabled' }, messages: [asks(), use('a'), got('a')] },
    /must start with a thinking block/,
    { thinking: 'budget' },
  ],
  ['a forced tool with thinking', { thinking: { type: 'adaptive' }, tool_choice: { type: 'any' }, messages: [asks()] }, /forces tool use/],
  ['a union at a schema’s root', { messages: [asks()], tools: [{ name: 'a', input_schema: { type: 'object', anyOf: [] } }] }, /top level/],
  [
    'a long name',
    { messages: [asks()], tools: [{ name: 'a.b', input_schema: { type: 'object', properties: {} } }] },
    /name: String should match/,
  ],
  [
    'five cache marks',
    { messages: [{ role: 'user', content: Array.from({ length: 5 }, () => ({ type: 'text', text: 'x', cache_control: {} })) }] },
    /maximum of 4 blocks/,
  ],
  [
    'a field that is not known',
    { messages: [asks()], context_management: {} },
    /context_management: Extra inputs/,
    { refuses: ['context_management'] },
  ],
  ['too much output', { messages: [asks()], max_tokens: 9 }, /max_tokens: 9 > 5/, { maxOutput: 5 }],
];

const call = (id: string, args = '{}') => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: args } }],
});
const tool = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'x' });
const user = { role: 'user', content: 'q' };

const CHAT: readonly Row[] = [
  ['no user', { messages: [{ role: 'system', content: 'x' }] }, /at least one message/],
  ['a call without a result', { messages: [user, call('a'), user] }, /did not have response messages: a/],
  ['a result without a call', { messages: [user, tool('a')] }, /must be a response to a preceeding/],
  ['two results for a call', { messages: [user, call('a'), tool('a'), tool('a')] }, /Duplicate value/],
  ['one id twice', { messages: [user, call('a'), tool('a'), call('a'), tool('a')] }, /Duplicate value/],
  ['a long id', { messages: [user, call('x'.repeat(41)), tool('x'.repeat(41))] }, /maximum length 40/],
  ['arguments that are no object', { messages: [user, call('a', '{"x":'), tool('a')] }, /must be a JSON object/],
  ['nothing said', { messages: [user, { role: 'assistant', content: '' }, user] }, /must not be empty/],
  ['an image', { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, /does not support image/, { images: false }],
  [
    'a tool, then the user',
    { messages: [user, call('abcdefghi'), tool('abcdefghi'), user] },
    /Unexpected role 'user' after role 'tool'/,
    { roles: 'strict' },
  ],
  ['an id of Mistral’s', { messages: [user, call('a'), tool('a')] }, /length of 9/, { ids: 'nine' }],
  [
    'a last assistant turn at Mistral',
    { messages: [user, { role: 'assistant', content: 'x' }] },
    /Expected last role User or Tool/,
    { roles: 'strict' },
  ],
  ['too many stops', { messages: [user], stop: ['a', 'b'] }, /maximum length 1/, { stops: 1 }],
  ['the older limit', { messages: [user], max_tokens: 5 }, /Use 'max_completion_tokens'/, { refuses: ['max_tokens'] }],
  [
    'a schema without properties',
    { messages: [user], tools: [{ type: 'function', function: { name: 'a', parameters: { type: 'object' } } }] },
    /missing properties/,
  ],
];

const called = { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' };
const answered = { type: 'function_call_output', call_id: 'a', output: 'x' };
const store = { store: false };

const RESPONSES: readonly Row[] = [
  ['what was kept', { ...store, input: [user, { type: 'item_reference', id: 'rs_1' }] }, /not persisted/],
  ['an earlier response', { ...store, previous_response_id: 'r', input: [user] }, /not found/],
  [
    "another's reasoning",
    { ...store, input: [user, { type: 'reasoning', id: 'rs_1', encrypted_content: 'x' }, called, answered] },
    /could not be verified/,
    { mine: () => false },
  ],
  [
    'reasoning that nothing follows',
    { ...store, input: [user, { type: 'reasoning', id: 'rs_1', encrypted_content: 'x' }] },
    /required following item/,
  ],
  ['a call without its output', { ...store, input: [user, called, user] }, /No tool output found for function call a/],
  ['an output without its call', { ...store, input: [user, answered] }, /No tool call found/],
  ['an output before its call', { ...store, input: [user, answered, called] }, /No tool call found/],
  ['a last assistant turn', { ...store, input: [user, { role: 'assistant', content: 'x' }] }, /prefill/],
  ['an item id', { ...store, input: [user, { ...called, id: 'call_1' }, answered] }, /begins with 'fc'/],
  ['stop sequences', { ...store, input: [user], stop: ['a'] }, /Unknown parameter: 'stop'/],
];

const model = (...parts: unknown[]) => ({ role: 'model', parts });
const human = (...parts: unknown[]) => ({ role: 'user', parts: parts.length > 0 ? parts : [{ text: 'q' }] });
const fc = { functionCall: { name: 'look', args: {} } };
const fr = { functionResponse: { name: 'look', response: {} } };
const declares = (parameters: unknown) => ({ contents: [human()], tools: [{ functionDeclarations: [{ name: 'a', parameters }] }] });

const GOOGLE: readonly Row[] = [
  ['the model first', { contents: [model({ text: 'x' }), human()] }, /begin with a user/],
  ['the model last', { contents: [human(), model({ text: 'x' })] }, /end with a user role/],
  ['the user twice', { contents: [human(), human()] }, /alternate/],
  [
    'a call that nobody asked for',
    { contents: [human(), model({ text: 'x' }), model(fc), human(fr)] },
    /comes immediately after a user turn/,
  ],
  ['fewer results than calls', { contents: [human(), model(fc, fc), human(fr)] }, /number of function response parts/],
  ['no parts', { contents: [human(), model(), human()] }, /must not be empty/],
  ['empty text', { contents: [human({ text: '' })] }, /empty text parameter/],
  ['an unsigned call', { contents: [human(), model(fc), human(fr)] }, /missing a thought_signature/, { signedCalls: true }],
  [
    "another's signature",
    { contents: [human(), model({ ...fc, thoughtSignature: 'x' }), human(fr)] },
    /Corrupted thought signature/,
    { mine: () => false },
  ],
  ['a reference in a schema', declares({ type: 'object', properties: { a: { $ref: '#/x' } } }), /Unknown name "\$ref"/],
  ['a property that is not there', declares({ type: 'object', properties: {}, required: ['a'] }), /property is not defined/],
  ['a list of nothing', declares({ type: 'object', properties: { a: { type: 'array' } } }), /items: missing field/],
];

type Protocol = Parameters<typeof complaints>[0];
const TABLES: readonly (readonly [Protocol, readonly Row[]])[] = [
  ['anthropic-messages', MESSAGES],
  ['openai-chat', CHAT],
  ['openai-responses', RESPONSES],
  ['google', GOOGLE],
];

describe.each(TABLES)('what %s refuses', (protocol, table) => {
  for (const [what, body, says, checked] of table)
    it(what, () => {
      expect(
        complaints(protocol, body, checked)
          .map(({ message }) => message)
          .join('\n'),
      ).toMatch(says);
    });
});

describe('what nobody refuses', () => {
  it.each<[Protocol, Record<string, unknown>]>([
    [
      'anthropic-messages',
      { messages: [asks(), use('a'), got('a'), use('b'), { role: 'user', content: [...got('b').content, ...asks().content] }] },
    ],
    [
      'openai-chat',
      { messages: [{ role: 'system', content: 's' }, user, call('a'), tool('a'), { role: 'assistant', content: 'x' }, user] },
    ],
    ['openai-responses', { ...store, input: [user, { type: 'reasoning', id: 'rs_1', encrypted_content: 'x' }, called, answered] }],
    ['google', { contents: [human(), model({ ...fc, thoughtSignature: 'x' }, fc), human(fr, fr), human()] }],
  ])('%s', (protocol, body) => {
    expect(complaints(protocol, body)).toEqual([]);
  });
});
