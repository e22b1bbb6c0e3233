import { bad as plain, type Checked, type Complaint } from './complaint.ts';
import { isRow, row, rows, str, type Row } from './read.ts';
import { geminiSchema } from './schemas.ts';

const bad = (message: string): Complaint => plain(message, 'INVALID_ARGUMENT');

/** Google's documented word for a call that was made elsewhere. */
const ELSEWHERE = 'skip_thought_signature_validator';
const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;

/** What Gemini would refuse, in its words. */
export function* google(body: Row, checked: Checked): Iterable<Complaint> {
  const contents = rows(body['contents']);
  if (contents.length === 0) yield bad('* GenerateContentRequest.contents: contents is not specified');
  yield* turns(contents, checked);
  for (const [at, content] of contents.entries()) {
    const parts = rows(content['parts']);
    if (parts.length === 0) yield bad(`* GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.`);
    for (const [nth, part] of parts.entries())
      yield* onePart(part, `GenerateContentRequest.contents[${at}].parts[${nth}]`, content, checked);
    if (checked.signedCalls) yield* signed(parts, at);
  }
  for (const part of rows(row(body['systemInstruction'])['parts']))
    if (str(part['text']).trim() === '') yield bad('system instruction must not be empty');
  yield* tools(body);
  const stops = row(body['generationConfig'])['stopSequences'];
  if (Array.isArray(stops) && stops.length > 5) yield bad('* GenerateContentRequest.generation_config.stop_sequences: at most 5');
}

const callsOf = (content: Row | undefined): Row[] =>
  rows(content?.['parts']).flatMap((part) => (isRow(part['functionCall']) ? [part['functionCall']] : []));
const answersOf = (content: Row | undefined): Row[] =>
  rows(content?.['parts']).flatMap((part) => (isRow(part['functionResponse']) ? [part['functionResponse']] : []));

function* turns(contents: readonly Row[], { prefill }: Checked): Iterable<Complaint> {
  const speaks = (content: Row | undefined): string =>
    content === undefined ? '' : content['role'] === 'model' ? 'model' : answersOf(content).length > 0 ? 'function' : 'user';
  if (contents.length > 0 && speaks(contents[0]) !== 'user') yield bad('Please ensure that multiturn requests begin with a user role.');
  if (speaks(contents.at(-1)) === 'model' && prefill !== true)
    yield bad('Please ensure that multiturn requests end with a user role or a function response.');
  for (const [at, content] of contents.entries()) {
    const [last, now] = [speaks(contents[at - 1]), speaks(content)];
    if (!['user', 'model'].includes(str(content['role']))) yield bad('Please use a valid role: user, model.');
    if (last === now && now !== 'function') yield bad('Please ensure that multiturn requests alternate between user and model.');
    const asked = callsOf(content);
    if (asked.length > 0 && last !== 'user' && last !== 'function')
      yield bad('Please ensure that function call turn comes immediately after a user turn or after a function response turn.');
    const answers = answersOf(contents[at + 1]);
    if (asked.length !== (asked.length > 0 ? answers.length : 0) || (asked.length === 0 && answers.length > 0))
      yield bad(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      );
    for (const [nth, call] of asked.entries())
      if (answers[nth] && answers[nth]['name'] !== call['name'])
        yield bad(`Function response name '${str(answers[nth]['name'])}' does not match its call.`);
  }
}

function* onePart(part: Row, at: string, content: Row, { mine, images }: Checked): Iterable<Complaint> {
  if (
    !['text', 'functionCall', 'functionResponse', 'inlineData', 'fileData', 'executableCode', 'codeExecutionResult'].some(
      (key) => key in part,
    )
  )
    yield bad(`* ${at}.data: required oneof field 'data' must have one initialized field`);
  if ('text' in part && str(part['text']) === '' && part['thoughtSignature'] === undefined)
    yield bad('Unable to submit request because it has an empty text parameter.');
  const opaque = part['thoughtSignature'];
  if (opaque !== undefined && opaque !== ELSEWHERE && (opaque === '' || mine?.(str(opaque)) === false))
    yield bad('Corrupted thought signature.');
  if (part['thought'] === true && content['role'] !== 'model') yield bad(`* ${at}.thought: only a model thinks`);
  const file = row(part['inlineData'] ?? part['fileData']);
  if (str(file['mimeType']).startsWith('image/') && images === false) yield bad('This model does not support image input');
  for (const key of ['functionCall', 'functionResponse']) {
    const one = part[key];
    if (!isRow(one)) continue;
    if (!NAME.test(str(one['name']))) yield bad(`* ${at}.${key}.name: [Invalid function name. Must start with a letter or an underscore.]`);
    if (!isRow(one[key === 'functionCall' ? 'args' : 'response']))
      yield bad(`* ${at}.${key}: Proto field is not repeating, cannot start list.`);
  }
}

/** The first call of a step carries its signature; those beside it none. */
function* signed(parts: readonly Row[], at: number): Iterable<Complaint> {
  const first = parts.find((part) => isRow(part['functionCall']));
  if (first && first['thoughtSignature'] === undefined)
    yield bad(
      `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${str(row(first['functionCall'])['name'])}\`, position ${at}.`,
    );
}

function* tools(body: Row): Iterable<Complaint> {
  const given = rows(body['tools']).flatMap((tool) => rows(tool['functionDeclarations']));
  for (const [at, tool] of given.entries()) {
    const where = `tools[0].function_declarations[${at}]`;
    if (!NAME.test(str(tool['name'])))
      yield bad(`* GenerateContentRequest.${where}.name: [Invalid function name. Must start with a letter or an underscore.]`);
    yield* geminiSchema(tool['parametersJsonSchema'] ?? tool['parameters'], `${where}.parameters`);
  }
  const allowed = row(row(body['toolConfig'])['functionCallingConfig'])['allowedFunctionNames'];
  for (const name of Array.isArray(allowed) ? allowed : [])
    if (!given.some((tool) => tool['name'] === name)) yield bad(`allowed_function_names: '${String(name)}' is not a declared function.`);
}
