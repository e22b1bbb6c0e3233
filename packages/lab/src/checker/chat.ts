import { bad, type Checked, type Complaint } from './complaint.ts';
import { objectIn, row, rows, str, type Row } from './read.ts';
import { objectSchema } from './schemas.ts';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** What servers of chat completions would refuse: OpenAI's words, and Mistral's where its templates are stricter. */
export function* chat(body: Row, checked: Checked): Iterable<Complaint> {
  const messages = rows(body['messages']);
  if (messages.every(({ role }) => role === 'system' || role === 'developer'))
    yield bad("Invalid 'messages': there must be at least one message of the user.");
  for (const [at, message] of messages.entries()) yield* oneMessage(message, at, checked);
  yield* calls(messages);
  if (checked.roles === 'strict') yield* order(messages);
  yield* tools(body);
  const stops = Array.isArray(body['stop']) ? body['stop'].length : 0;
  if (stops > (checked.stops ?? Infinity))
    yield bad(`Invalid 'stop': array too long. Expected an array with maximum length ${checked.stops}.`, 'array_above_max_length');
}

const PARTS: ReadonlySet<string> = new Set(['text', 'image_url', 'input_audio', 'file']);

function* oneMessage(message: Row, at: number, { images, ids }: Checked): Iterable<Complaint> {
  const role = str(message['role']);
  const { content } = message;
  const made = rows(message['tool_calls']);
  if (!['system', 'developer', 'user', 'assistant', 'tool'].includes(role))
    yield bad(`Invalid value: '${role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`);
  const isEmpty = content === null || content === undefined || content === '' || (Array.isArray(content) && content.length === 0);
  if (isEmpty && made.length === 0) yield bad(`Invalid value for 'messages[${at}].content': content must not be empty.`);
  for (const part of rows(content)) {
    const type = str(part['type']);
    if (!PARTS.has(type)) yield bad(`Invalid value: '${type}'. Supported values are: 'text', 'image_url', 'input_audio', and 'file'.`);
    if (type === 'image_url' && images === false) yield bad('This model does not support image content');
    if (type !== 'text' && role !== 'user')
      yield bad(`Invalid 'messages[${at}].content': '${type}' is only supported in messages of the user.`);
    if (type === 'text' && str(part['text']).trim() === '')
      yield bad(`Invalid value for 'messages[${at}].content': text must not be empty.`);
  }
  for (const [nth, call] of made.entries()) {
    const where = `messages[${at}].tool_calls[${nth}]`;
    const id = str(call['id']);
    const { name, arguments: args } = row(call['function']);
    if (id === '' || id.length > 40)
      yield bad(
        `Invalid '${where}.id': string too long. Expected a string with maximum length 40, but got a string with length ${id.length} instead.`,
        'string_above_max_length',
      );
    if (ids === 'nine' && !/^[a-zA-Z0-9]{9}$/.test(id)) yield bad(`Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`);
    if (!NAME.test(str(name)))
      yield bad(
        `Invalid '${where}.function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      );
    if (!objectIn(args)) yield bad(`Invalid '${where}.function.arguments': must be a JSON object.`);
  }
}

function* calls(messages: readonly Row[]): Iterable<Complaint> {
  const seen = new Set<string>();
  for (let at = 0; at < messages.length; at++) {
    const asked = rows(messages[at]!['tool_calls']).map(({ id }) => str(id));
    for (const id of asked) {
      if (seen.has(id)) yield bad(`Duplicate value for 'tool_call_id' of '${id}'`);
      seen.add(id);
    }
    const answers: string[] = [];
    while (messages[at + 1]?.['role'] === 'tool') answers.push(str(messages[++at]!['tool_call_id']));
    const owed = asked.filter((id) => !answers.includes(id));
    if (owed.length > 0)
      yield bad(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${owed.join(', ')}`,
      );
    if (answers.some((id) => !asked.includes(id)))
      yield bad("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.");
    if (new Set(answers).size < answers.length) yield bad(`Duplicate value for 'tool_call_id' of '${answers[0]}'`);
  }
}

/** After whom each may speak, in Mistral's templates. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  user: ['', 'system', 'assistant'],
  assistant: ['user', 'tool'],
  tool: ['assistant', 'tool'],
  system: [''],
};

function* order(messages: readonly Row[]): Iterable<Complaint> {
  let last = '';
  for (const message of messages) {
    const role = str(message['role']);
    const isNext = AFTER[role]?.includes(last) === true || (role === 'system' && last === 'system');
    if (!isNext) yield bad(`Unexpected role '${role}' after role '${last}'`, '3230');
    last = role;
  }
  if (last === 'assistant')
    yield bad('Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant', '3240');
}

function* tools(body: Row): Iterable<Complaint> {
  const given = rows(body['tools']).map((tool) => row(tool['function']));
  for (const [at, tool] of given.entries()) {
    const name = str(tool['name']);
    if (!NAME.test(name))
      yield bad(
        `Invalid 'tools[${at}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      );
    yield* objectSchema(tool['parameters'], `tools[${at}]`, name);
  }
  const chosen = str(row(row(body['tool_choice'])['function'])['name']);
  if (chosen !== '' && !given.some(({ name }) => name === chosen)) yield bad(`Tool choice '${chosen}' not found in 'tools' parameter.`);
}
