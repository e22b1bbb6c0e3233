import { projectToolId } from '../../rules/transcript/tool-ids.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { isOurs } from '../opaque.ts';
import type { NativeAsk } from '../protocol.ts';
import { isOurId } from './answer.ts';
import { objectsAt } from './json-read.ts';

/** What of an input a target must not be sent, decided once for the request. */
interface Rules {
  readonly foreign: NativeAsk['foreign'];
  /** Reasoning from this item on is left out. */
  readonly unsignedFrom: number;
  /** Ids of calls as this target takes them. */
  readonly plainIds: boolean;
  readonly images: boolean;
  readonly references: boolean;
}

function rulesOf({ foreign, repairs }: Pick<NativeAsk, 'foreign' | 'repairs'>): Rules {
  const places = repairs.flatMap((repair) => (repair.startsWith('unsign:') ? Number(repair.slice('unsign:'.length)) : []));
  return {
    foreign,
    unsignedFrom: Math.min(Infinity, ...places),
    plainIds: repairs.includes('plain-ids'),
    images: !repairs.includes('no-images'),
    references: !repairs.includes('no-references'),
  };
}

/** The input as this target must get it; itself where nothing of it changes: large ones are then not written again. */
export function nativeInput(input: Json | undefined, ask: NativeAsk): Json | undefined {
  const fitting = Array.isArray(input) ? fitted(input as readonly Json[], rulesOf(ask)) : input;
  const { cut } = ask;
  if (!cut) return fitting;
  const before = isText(fitting) ? [{ role: 'user', content: fitting }] : ((fitting ?? []) as readonly Json[]);
  const told = cut.told === undefined ? [] : [{ role: 'user', content: cut.told }];
  return [...before, ...(cut.quote === '' ? [] : [{ role: 'assistant', content: cut.quote }]), ...told];
}

function fitted(items: readonly Json[], rules: Rules): readonly Json[] {
  let changed: Json[] | undefined;
  // R3: what follows a thought that is left out must not name itself, or the thought is missed.
  let orphaned = false;
  for (let at = 0; at < items.length; at++) {
    const item = items[at] as Json;
    if (isObject(item) && item['type'] !== 'reasoning' && isTurn(item)) orphaned = false;
    const kept = isObject(item) ? itemFor(item, at, rules, orphaned) : item;
    if (kept === undefined) orphaned = true;
    if (kept !== item) changed ??= items.slice(0, at);
    if (kept !== undefined) changed?.push(kept);
  }
  return changed ?? items;
}

/** The user's turn ends what belongs to a thought. */
const isTurn = ({ role }: JsonObject): boolean => role === 'user' || role === 'system' || role === 'developer';

/** Undefined: left out. */
function itemFor(item: JsonObject, at: number, rules: Rules, orphaned: boolean): JsonObject | undefined {
  if (item['type'] === 'reasoning') return isSendable(item, at, rules) ? item : undefined;
  const { id } = item;
  const nameless = isText(id) && (orphaned || isOurId(id) || rules.foreign(id)) ? withoutId(item) : item;
  const named = rules.plainIds ? plainId(nameless) : nameless;
  return rules.images && rules.references ? named : withoutParts(named, rules);
}

/** Nothing is kept at the provider: a thought without what it was encrypted to says nothing there. */
function isSendable({ encrypted_content: opaque }: JsonObject, at: number, { foreign, unsignedFrom }: Rules): boolean {
  return isText(opaque) && opaque !== '' && !isOurs(opaque) && at < unsignedFrom && !foreign(opaque);
}

function withoutId(item: JsonObject): JsonObject {
  const { id: _, ...others } = item;
  return others;
}

/** The same map for call and result (providers C1). */
function plainId(item: JsonObject): JsonObject {
  const { call_id: id } = item;
  const plain = isText(id) ? projectToolId(id, 0, 'openai-responses') : id;
  return plain === id ? item : { ...item, call_id: plain };
}

function withoutParts(item: JsonObject, { images, references }: Rules): JsonObject {
  const name = Array.isArray(item['content']) ? 'content' : 'output';
  const parts = objectsAt(item, name);
  const isRefused = (part: JsonObject): boolean =>
    (!images && part['type'] === 'input_image') || (!references && isText(part['file_id']) && part['file_id'] !== '');
  if (!parts.some(isRefused)) return item;
  return { ...item, [name]: parts.map((part) => (isRefused(part) ? { type: 'input_text', text: '[a file was left out here]' } : part)) };
}
