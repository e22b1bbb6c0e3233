import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import type { BodyDraft } from './body-draft.ts';

const GO_ON: JsonObject = { role: 'user', content: '(go on)' };
const NO_REPLY: JsonObject = { role: 'assistant', content: '(no reply)' };

/** Roles of the simplest servers (providers C7–C9): system at the top alone, then user and assistant in turn, the user last. Neighbours are bridged, never merged (T2). */
export function strictRoles(draft: BodyDraft): void {
  const given = draft.get('messages');
  if (!Array.isArray(given)) return;
  const out: JsonObject[] = [];
  for (const message of (given as readonly Json[]).filter(isObject).map((one, at) => seated(one, at, given as readonly Json[]))) {
    const bridge = bridgeTo(message['role'], out.findLast(({ role }) => role !== 'system')?.['role']);
    if (bridge) out.push(bridge);
    out.push(message);
  }
  if (out.at(-1)?.['role'] === 'assistant') out.push(GO_ON);
  draft.set('messages', out);
}

/** A later system message goes on as marked user text. */
function seated(message: JsonObject, at: number, all: readonly Json[]): JsonObject {
  if (!isSystem(message)) return message;
  if (all.slice(0, at).every(isSystem)) return { ...message, role: 'system' };
  return { ...message, role: 'user', content: wrapped(message['content']) };
}

const isSystem = (message: Json): boolean => isObject(message) && (message['role'] === 'system' || message['role'] === 'developer');

function wrapped(content: Json | undefined): Json {
  if (isText(content)) return `<system>\n${content}\n</system>`;
  const parts = Array.isArray(content) ? (content as readonly Json[]) : [];
  return [{ type: 'text', text: '<system>' }, ...parts, { type: 'text', text: '</system>' }];
}

function bridgeTo(role: Json | undefined, last: Json | undefined): JsonObject | undefined {
  if (role === 'assistant' && (last === undefined || last === 'assistant')) return GO_ON;
  return role === 'user' && last !== undefined && last !== 'assistant' ? NO_REPLY : undefined;
}
