import type { Answer, Attachment, Said, SessionRules } from '@holdfast/agent/engine';
import { nearest } from '@holdfast/core/engine';
import { isObject, isText, type JsonObject } from '@holdfast/core/wire';
import { unmeant } from '../http/answers.ts';

/** What the bodies of the run API say. Each throws a `Refusal` that names the field; nothing is done before all of it was looked at. */

/** Fields that nobody knows are refused: a misspelt one would be passed over in silence. */
export function known(json: JsonObject, fields: readonly string[], at = ''): void {
  const odd = Object.keys(json).find((name) => !fields.includes(name));
  if (odd === undefined) return;
  const near = nearest(odd, fields);
  throw unmeant(`unknown field "${odd.slice(0, 40)}"${near === undefined ? '' : `; did you mean "${near}"?`}`, `${at}${odd.slice(0, 40)}`);
}

export function textIn(json: JsonObject, name: string, at = ''): string | undefined {
  const value = json[name];
  if (value === undefined || (isText(value) && value.trim() !== '')) return value as string | undefined;
  throw unmeant(`"${name}" must be a text that is not empty`, `${at}${name}`);
}

/** `prompt` (a text, or `{text, files}`) with `files`, or `prompts`, a list of them. Undefined: nothing is said. */
export function saidIn(json: JsonObject): readonly Said[] | undefined {
  const { prompt, prompts, files } = json;
  if (prompt !== undefined && prompts !== undefined)
    throw unmeant('"prompt" and "prompts" are two names of one field: give one', 'prompts');
  if (files !== undefined && !isText(prompt)) throw unmeant('"files" go with "prompt" as a text; give each of "prompts" its own', 'files');
  if (prompts === undefined) return prompt === undefined ? undefined : [saidOf(prompt, 'prompt', files)];
  if (!Array.isArray(prompts) || prompts.length === 0) throw unmeant('"prompts" must be a list with at least one prompt', 'prompts');
  return prompts.map((one, at) => saidOf(one, `prompts[${at}]`, undefined));
}

function saidOf(value: unknown, at: string, files: unknown): Said {
  const said = isText(value) ? { text: value, ...(files !== undefined && { files }) } : value;
  if (!isObject(said)) throw unmeant(`"${at}" must be a text, or an object with "text" and "files"`, at);
  known(said as JsonObject, ['text', 'files'], `${at}.`);
  const text = (said as JsonObject)['text'];
  const attached = attachments((said as JsonObject)['files'], isText(value) ? 'files' : `${at}.files`);
  if (!isText(text) || (text.trim() === '' && attached.length === 0)) throw unmeant(`"${at}" is empty: there is nothing to say`, at);
  return { text, ...(attached.length > 0 && { files: attached }) };
}

function attachments(value: unknown, at: string): readonly Attachment[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw unmeant(`"${at}" must be a list of {mediaType, data, name}`, at);
  return value.map((one: unknown, i) => {
    const place = `${at}[${i}]`;
    if (!isObject(one)) throw unmeant(`"${place}" must be {mediaType, data, name}`, place);
    known(one, ['mediaType', 'data', 'name'], `${place}.`);
    const { mediaType, data, name } = one;
    if (!isText(mediaType) || !/^[\w.+-]+\/[\w.+*-]+$/.test(mediaType))
      throw unmeant(`"${place}.mediaType" must be a media type such as image/png`, place);
    if (!isText(data) || data === '') throw unmeant(`"${place}.data" must be base64 or a URL`, place);
    if (name !== undefined && !isText(name)) throw unmeant(`"${place}.name" must be a text`, place);
    return { mediaType, data, ...(name !== undefined && { name }) };
  });
}

export function rulesIn(json: JsonObject): SessionRules | undefined {
  const value = json['permissions'];
  if (value === undefined) return undefined;
  if (!isObject(value)) throw unmeant('"permissions" must be {allow, ask, deny}, lists of patterns', 'permissions');
  known(value, ['allow', 'ask', 'deny'], 'permissions.');
  for (const [name, list] of Object.entries(value))
    if (!Array.isArray(list) || !list.every((one) => isText(one) && one !== ''))
      throw unmeant(`"permissions.${name}" must be a list of patterns such as "shell:cmd=ls*"`, `permissions.${name}`);
  return value as SessionRules;
}

const DECISIONS = ['allow', 'allow-tool', 'allow-session', 'deny', 'cancel'] as const;

export function answerIn(json: JsonObject): Answer {
  known(json, ['decision', 'rule', 'reason', 'content']);
  const decision = DECISIONS.find((one) => one === json['decision']);
  if (decision === undefined) throw unmeant(`"decision" must be one of ${DECISIONS.join(', ')}`, 'decision');
  const [rule, reason] = [textIn(json, 'rule'), textIn(json, 'reason')];
  const { content } = json;
  if (rule !== undefined && decision !== 'allow-tool') throw unmeant('"rule" goes with the decision allow-tool', 'rule');
  if (content !== undefined && !isObject(content)) throw unmeant('"content" must be an object: what was filled in', 'content');
  return {
    decision,
    ...(rule !== undefined && { rule }),
    ...(reason !== undefined && { reason }),
    ...(content !== undefined && { content }),
  };
}

export function modelIn(json: JsonObject): { readonly agent?: string; readonly ref?: string } | undefined {
  const value = json['model'];
  if (value === undefined) return undefined;
  if (value === null) return {};
  if (isText(value) && value !== '') return { ref: value };
  if (!isObject(value)) throw unmeant('"model" must be a reference, {agent, ref}, or null for the agent’s own', 'model');
  known(value, ['agent', 'ref'], 'model.');
  const [agent, ref] = [textIn(value, 'agent', 'model.'), textIn(value, 'ref', 'model.')];
  return { ...(agent !== undefined && { agent }), ...(ref !== undefined && { ref }) };
}

/** Models chosen before anything is said: a list of `{agent?, ref}`. */
export function modelsIn(json: JsonObject): readonly { readonly agent?: string; readonly ref?: string }[] | undefined {
  const value = json['models'];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw unmeant('"models" must be a list of {agent, ref}', 'models');
  return value.map((one: unknown) => modelIn({ model: one } as JsonObject) ?? {});
}

export function wholeIn(query: URLSearchParams, name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value <= most) return value;
  throw unmeant(`"${name}" must be a whole number${most < Number.MAX_SAFE_INTEGER ? ` up to ${most}` : ''}`, name);
}
