import { projectToolId } from '../../rules/transcript/tool-ids.ts';
import { compileSchema } from '../../rules/transcript/schemas.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { changedList, type BodyDraft } from './body-draft.ts';
import { SETTING_FIELDS } from './repairs.data.ts';
import { unmarked, withoutFiles, withoutTtl } from './repair-parts.ts';
import { strictRoles } from './repair-roles.ts';
import { signed } from './signatures.ts';

/** The message from which on signatures are left out. */
export const unsignedFrom = (repairs: readonly string[]): number =>
  Math.min(Infinity, ...repairs.filter((one) => one.startsWith('unsign:')).map((one) => Number(one.slice('unsign:'.length))));

/**
 * T3 on a body as it came: what `requestAfter` and `wantsAfter` do to a request that is translated. Repairs that have no place here (betas,
 * streaming of tool input, another protocol's fields) change nothing.
 */
export function repaired(draft: BodyDraft, repair: string): void {
  const at = repair.indexOf(':');
  if (at === -1) return MENDS.get(repair)?.(draft);
  const [kind, subject] = [repair.slice(0, at), repair.slice(at + 1)];
  if (kind === 'setting') withoutSetting(draft, subject);
  else if (kind === 'output') atMost(draft, Number(subject));
  else if (kind === 'effort' && draft.get('reasoning_effort') === subject) draft.drop('reasoning_effort');
}

const withoutThinking = (draft: BodyDraft): void => draft.drop(...SETTING_FIELDS['reasoning']!);

const MENDS: ReadonlyMap<string, (draft: BodyDraft) => void> = new Map<string, (draft: BodyDraft) => void>([
  ['no-thinking', withoutThinking],
  ['no-effort', withoutThinking],
  ['lower-effort', (draft) => draft.set('reasoning_effort', draft.get('reasoning_effort') === 'low' ? 'minimal' : 'low')],
  ['sign-calls', (draft) => draft.messages(signed)],
  ['prefill', endsWithUser],
  ['plain-ids', plainIds],
  ['strict-roles', strictRoles],
  ['single-calls', singleCalls],
  ['unmarked', withoutMarks],
  ['no-cache-marks', withoutMarks],
  ['no-images', (draft) => draft.messages((message) => withoutFiles(message, ({ type }) => type === 'image_url'))],
  ['no-references', (draft) => draft.messages((message) => withoutFiles(message, isReference))],
  ['small-schemas', smallSchemas],
]);

function withoutSetting(draft: BodyDraft, name: string): void {
  if (name === 'max-tokens') return renamedLimit(draft);
  if (name === 'strict') return loose(draft);
  if (name === 'cache-ttl') return void draft.messages(withoutTtl);
  draft.drop(...(Object.hasOwn(SETTING_FIELDS, name) ? SETTING_FIELDS[name]! : []));
}

/** Servers know the older name only, or the newer. */
function renamedLimit(draft: BodyDraft): void {
  const [older, newer] = [draft.get('max_tokens'), draft.get('max_completion_tokens')];
  const limit = older ?? newer;
  if (typeof limit !== 'number') return;
  const named = typeof older === 'number';
  draft.set('max_completion_tokens', named ? limit : undefined);
  draft.set('max_tokens', named ? undefined : limit);
}

function atMost(draft: BodyDraft, most: number): void {
  const fields = ['max_tokens', 'max_completion_tokens'].filter((field) => typeof draft.get(field) === 'number');
  for (const field of fields) draft.set(field, Math.min(draft.get(field) as number, most));
  if (fields.length === 0) draft.set('max_tokens', most);
}

const hasTools = (draft: BodyDraft): boolean => Array.isArray(draft.get('tools')) && (draft.get('tools') as readonly Json[]).length > 0;

function singleCalls(draft: BodyDraft): void {
  if (hasTools(draft)) draft.set('parallel_tool_calls', false);
}

function withoutMarks(draft: BodyDraft): void {
  draft.messages(unmarked);
  draft.list('tools', unmarked);
  draft.drop('cache_control');
}

const ofFunction = (tool: JsonObject, change: (own: JsonObject) => JsonObject): JsonObject =>
  isObject(tool['function']) ? { ...tool, function: change(tool['function']) } : tool;

function loose(draft: BodyDraft): void {
  draft.list('tools', (tool) =>
    ofFunction(tool, (own) => {
      const { strict: _, ...rest } = own;
      return rest;
    }),
  );
}

function smallSchemas(draft: BodyDraft): void {
  draft.list('tools', (tool) => ofFunction(tool, (own) => ({ ...own, parameters: compileSchema(own['parameters'], 'google') as Json })));
}

const isReference = (part: JsonObject): boolean => isObject(part['file']) && isText(part['file']['file_id']);

/** The same id for a call and its result, whatever they were. */
function plainIds(draft: BodyDraft): void {
  const plain = (id: Json | undefined): Json | undefined => (isText(id) ? projectToolId(id, 0, 'plain') : id);
  draft.messages((message) => {
    const { tool_call_id: id, tool_calls: calls } = message;
    if (id === undefined && !Array.isArray(calls)) return message;
    return {
      ...message,
      ...(id !== undefined && { tool_call_id: plain(id) }),
      ...(Array.isArray(calls) && { tool_calls: changedList(calls as readonly Json[], (call) => ({ ...call, id: plain(call['id']) })) }),
    };
  });
}

/** A conversation that ends with the assistant is refused: the user asks it to go on. */
function endsWithUser(draft: BodyDraft): void {
  const messages = draft.get('messages');
  const last: Json | undefined = Array.isArray(messages) ? (messages as readonly Json[]).at(-1) : undefined;
  if (isObject(last) && last['role'] === 'assistant')
    draft.set('messages', [...(messages as readonly Json[]), { role: 'user', content: '(go on)' }]);
}
