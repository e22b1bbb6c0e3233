import { bad, type Checked, type Complaint } from './complaint.ts';
import { objectIn, row, rows, str, type Row } from './read.ts';
import { objectSchema } from './schemas.ts';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** What OpenAI's Responses API would refuse of a request that keeps nothing there, in its words. */
export function* responses(body: Row, checked: Checked): Iterable<Complaint> {
  const input = rows(body['input']);
  if (input.length === 0) yield bad("Missing required parameter: 'input'.");
  if (body['store'] !== false) yield bad("Invalid 'store': nothing is kept here.");
  for (const key of ['previous_response_id', 'conversation'])
    if (body[key] !== undefined)
      yield { ...bad(`Previous response with id '${str(body[key])}' not found.`, 'previous_response_not_found') };
  for (const [at, item] of input.entries()) yield* oneItem(item, at, input, checked);
  yield* calls(input);
  const last = input.at(-1);
  if (last?.['role'] === 'assistant' && checked.prefill !== true)
    yield bad('This model does not support assistant message prefill. The conversation must end with a user message.');
  yield* tools(body);
  if (body['stop'] !== undefined) yield bad("Unknown parameter: 'stop'.", 'unknown_parameter');
}

function* oneItem(item: Row, at: number, input: readonly Row[], { mine, images }: Checked): Iterable<Complaint> {
  const type = str(item['type']) || 'message';
  if (type === 'item_reference')
    yield {
      status: 404,
      message: `Item with id '${str(item['id'])}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    };
  if (type === 'reasoning') {
    const opaque = str(item['encrypted_content']);
    if (opaque === '' || mine?.(opaque) === false)
      yield bad(
        `The encrypted content ${opaque.slice(0, 4)} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
        'invalid_encrypted_content',
      );
    const next = input[at + 1];
    const isFollowed =
      next !== undefined && (next['type'] === 'reasoning' || next['type'] === 'function_call' || next['role'] === 'assistant');
    if (!isFollowed) yield bad(`Item '${str(item['id'])}' of type 'reasoning' was provided without its required following item.`);
  }
  if (type === 'message') yield* message(item, at, images);
  if (type === 'function_call') {
    if (!/^(?!.*_$)[a-zA-Z0-9_-]{1,64}$/.test(str(item['call_id'])))
      yield bad(`Invalid 'input[${at}].call_id': string does not match the pattern, or is longer than 64.`);
    if (item['id'] !== undefined && !/^fc_?[a-zA-Z0-9_-]{1,61}$/.test(str(item['id'])))
      yield bad(`Invalid 'input[${at}].id': '${str(item['id'])}'. Expected an ID that begins with 'fc'.`);
    if (!NAME.test(str(item['name'])))
      yield bad(
        `Invalid 'input[${at}].name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      );
    if (!objectIn(item['arguments'])) yield bad(`Invalid 'input[${at}].arguments': must be a JSON object.`);
  }
}

const PARTS: ReadonlySet<string> = new Set(['input_text', 'input_image', 'input_file', 'output_text', 'refusal']);

function* message(item: Row, at: number, images: false | undefined): Iterable<Complaint> {
  const { role, content } = item;
  if (!['user', 'assistant', 'system', 'developer'].includes(str(role)))
    yield bad(`Invalid value: '${str(role)}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`);
  if (content === '' || (Array.isArray(content) && content.length === 0))
    yield bad(`Invalid 'input[${at}].content': content must not be empty.`);
  for (const part of rows(content)) {
    const type = str(part['type']);
    if (!PARTS.has(type)) yield bad(`Invalid value: '${type}'. Supported values are: ${[...PARTS].join(', ')}.`);
    if (type === 'input_image' && images === false) yield bad('This model does not support image content');
    if (type === 'input_text' && str(part['text']).trim() === '') yield bad(`Invalid 'input[${at}].content': text must not be empty.`);
  }
}

function* calls(input: readonly Row[]): Iterable<Complaint> {
  const of = (type: string): string[] => input.flatMap((item) => (item['type'] === type ? [str(item['call_id'])] : []));
  const [asked, answered] = [of('function_call'), of('function_call_output')];
  for (const id of asked) if (!answered.includes(id)) yield bad(`No tool output found for function call ${id}.`);
  for (const id of answered) if (!asked.includes(id)) yield bad(`No tool call found for function call output with call_id ${id}.`);
  for (const list of [asked, answered]) if (new Set(list).size < list.length) yield bad(`Duplicate item found with call_id ${list[0]}.`);
  for (const [at, item] of input.entries())
    if (
      item['type'] === 'function_call_output' &&
      !input.slice(0, at).some((one) => one['type'] === 'function_call' && one['call_id'] === item['call_id'])
    )
      yield bad(`No tool call found for function call output with call_id ${str(item['call_id'])}.`);
}

function* tools(body: Row): Iterable<Complaint> {
  const given = rows(body['tools']).filter(({ type }) => type === 'function');
  for (const [at, tool] of given.entries()) {
    const name = str(tool['name']);
    if (!NAME.test(name))
      yield bad(
        `Invalid 'tools[${at}].name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      );
    yield* objectSchema(tool['parameters'], `tools[${at}]`, name);
  }
  const chosen = row(body['tool_choice']);
  if (chosen['type'] === 'function' && !given.some(({ name }) => name === chosen['name']))
    yield bad(`Tool choice '${str(chosen['name'])}' not found in 'tools' parameter.`);
}
