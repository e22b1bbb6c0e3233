import { blocks, calls, idsOf } from './anthropic-calls.ts';
import { bad, type Checked, type Complaint } from './complaint.ts';
import { isRow, row, rows, str, type Row } from './read.ts';
import { objectSchema } from './schemas.ts';

/** What Anthropic's Messages API would refuse, in its words. */
export function* anthropic(body: Row, checked: Checked): Iterable<Complaint> {
  const messages = rows(body['messages']);
  if (messages.length === 0) yield bad('messages: at least one message is required');
  if (messages[0] && messages[0]['role'] !== 'user') yield bad('messages: first message must use the "user" role');
  if (messages.at(-1)?.['role'] === 'assistant') {
    if (checked.prefill !== true)
      yield bad('This model does not support assistant message prefill. The conversation must end with a user message.');
    else if (/\s$/.test(str(blocks(messages.at(-1)!).at(-1)?.['text'])))
      yield bad('messages: final assistant content cannot end with trailing whitespace');
  }
  for (const [at, message] of messages.entries()) yield* oneMessage(message, at, messages, checked);
  yield* calls(messages);
  yield* system(body['system']);
  yield* tools(body);
  yield* settings(body, messages, checked);
  const marks = JSON.stringify([body['system'], body['tools'], messages]).match(/"cache_control"/g)?.length ?? 0;
  if (marks > 4) yield bad(`A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
}

function* oneMessage(message: Row, at: number, messages: readonly Row[], checked: Checked): Iterable<Complaint> {
  const role = str(message['role']);
  const content = blocks(message);
  if (role !== 'user' && role !== 'assistant') yield bad(`messages.${at}.role: Input should be 'user' or 'assistant'`);
  if (content.length === 0 && (role === 'user' || at < messages.length - 1))
    yield bad(`messages.${at}: all messages must have non-empty content except for the optional final assistant message`);
  for (const [nth, block] of content.entries()) yield* oneBlock(block, role, `messages.${at}.content.${nth}`, checked);
  if (role === 'assistant' && str(content.at(-1)?.['type']).endsWith('thinking'))
    yield bad(`messages.${at}: The final block in an assistant message cannot be \`thinking\`.`);
}

const USER: ReadonlySet<string> = new Set(['text', 'image', 'document', 'tool_result', 'search_result']);
const ASSISTANT: ReadonlySet<string> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'server_tool_use',
  'web_search_tool_result',
]);

function* oneBlock(block: Row, role: string, at: string, checked: Checked): Iterable<Complaint> {
  const type = str(block['type']);
  if (!(role === 'user' ? USER : ASSISTANT).has(type))
    yield bad(`${at}: Input tag '${type}' found using 'type' does not match any of the expected tags`);
  if (type === 'text' && str(block['text']).trim() === '') yield bad('messages: text content blocks must contain non-whitespace text');
  if (type === 'thinking' && !believed(block['signature'], checked)) yield bad(`${at}: Invalid \`signature\` in \`thinking\` block`);
  if (type === 'redacted_thinking' && !believed(block['data'], checked))
    yield bad(`${at}: Invalid \`data\` in \`redacted_thinking\` block: invalid signature`);
  if (type === 'image') yield* image(row(block['source']), at, checked);
  if (type === 'tool_use') yield* toolUse(block, at);
  if (type === 'tool_result') yield* toolResult(block, at, checked);
}

const believed = (opaque: unknown, { mine }: Checked): boolean =>
  typeof opaque === 'string' && opaque !== '' && (mine === undefined || mine(opaque));

function* image(source: Row, at: string, { images }: Checked): Iterable<Complaint> {
  if (images === false) yield bad('This model does not support image content');
  if (source['type'] === 'base64' && !/^image\/(?:jpeg|png|gif|webp)$/.test(str(source['media_type'])))
    yield bad(`${at}.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`);
}

function* toolUse(block: Row, at: string): Iterable<Complaint> {
  if (!/^[a-zA-Z0-9_-]+$/.test(str(block['id']))) yield bad(`${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
  if (str(block['id']).length > 64) yield bad(`${at}.tool_use.id: String should have at most 64 characters`);
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(str(block['name'])))
    yield bad(`${at}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  if (!isRow(block['input'])) yield bad(`${at}.tool_use.input: Input should be a valid dictionary`);
}

function* toolResult(block: Row, at: string, checked: Checked): Iterable<Complaint> {
  const { content } = block;
  for (const [nth, one] of (Array.isArray(content) ? rows(content) : []).entries()) {
    const inner = `${at}.content.${nth}`;
    const type = str(one['type']);
    if (!['text', 'image', 'document', 'search_result'].includes(type))
      yield bad(`${inner}: Input tag '${type}' does not match any of the expected tags`);
    if (type === 'text' && str(one['text']).trim() === '') yield bad('messages: text content blocks must be non-empty');
    if (type === 'image') yield* image(row(one['source']), inner, checked);
  }
}

function* system(given: unknown): Iterable<Complaint> {
  for (const block of rows(given)) if (str(block['text']).trim() === '') yield bad('system: text content blocks must be non-empty');
}

function* tools(body: Row): Iterable<Complaint> {
  const given = rows(body['tools']).filter(({ type }) => type === undefined || type === 'custom');
  for (const [at, tool] of given.entries()) {
    const name = str(tool['name']);
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) yield bad(`tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    yield* objectSchema(tool['input_schema'], `tools.${at}.custom`, name);
  }
  const names = given.map(({ name }) => name);
  if (new Set(names).size < names.length) yield bad('tools: Tool names must be unique.');
  const choice = row(body['tool_choice']);
  if (choice['type'] === 'tool' && !names.includes(choice['name'])) yield bad(`Tool '${str(choice['name'])}' not found in provided tools`);
}

function* settings(body: Row, messages: readonly Row[], checked: Checked): Iterable<Complaint> {
  const thinks = ['enabled', 'adaptive'].includes(str(row(body['thinking'])['type']));
  const forced = ['any', 'tool'].includes(str(row(body['tool_choice'])['type']));
  if (thinks && forced) yield bad('Thinking may not be enabled when tool_choice forces tool use.');
  if (thinks && checked.thinking === 'budget' && !beginsWithThought(messages))
    yield bad(
      'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).',
    );
  const { temperature } = body;
  if (typeof temperature === 'number' && temperature > 1) yield bad('temperature: range: 0..1');
  for (const stop of Array.isArray(body['stop_sequences']) ? body['stop_sequences'] : [])
    if (str(stop).trim() === '') yield bad('stop_sequences: each stop sequence must contain non-whitespace');
}

/** The turn after the user's last words: if it asked for tools, its first message begins with a thought. */
function beginsWithThought(messages: readonly Row[]): boolean {
  const spoke = messages.findLastIndex(
    (message) => message['role'] === 'user' && blocks(message).some(({ type }) => type !== 'tool_result'),
  );
  const turn = messages.slice(spoke + 1).filter(({ role }) => role === 'assistant');
  if (!turn.some((message) => idsOf(message, 'tool_use', 'id').length > 0)) return true;
  return str(blocks(turn[0]!)[0]?.['type']).endsWith('thinking');
}
