import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { changedList } from './body-draft.ts';

/** Where servers of this protocol put what only they can read: on a message, and on a detail of its thoughts. */
const ON_MESSAGE = ['reasoning_opaque', 'reasoning_signature', 'thought_signature'] as const;
const ON_DETAIL = ['signature', 'data'] as const;

type Drops = (value: string) => boolean;

const isDropped = (value: Json | undefined, drops: Drops): boolean => isText(value) && value !== '' && drops(value);

/** The message without its signatures and encrypted thoughts that must not be sent; the same where there are none. */
export function withoutSignatures(message: JsonObject, drops: Drops): JsonObject {
  if (message['role'] !== 'assistant') return message;
  const { reasoning_details: details, tool_calls: calls } = message;
  const gone: string[] = ON_MESSAGE.filter((field) => isDropped(message[field], drops));
  const kept = Array.isArray(details) ? (details as readonly Json[]).filter((one) => !isSigned(one, drops)) : undefined;
  const bare = Array.isArray(calls)
    ? changedList(calls as readonly Json[], (call) => (isDropped(signatureOf(call), drops) ? unsigned(call) : call))
    : undefined;
  const fewer = kept !== undefined && kept.length < (details as readonly Json[]).length;
  if (gone.length === 0 && !fewer && bare === calls) return message;
  const left = Object.fromEntries(Object.entries(message).filter(([field]) => !gone.includes(field)));
  return { ...left, ...(fewer && { reasoning_details: kept }), ...(bare !== undefined && { tool_calls: bare }) };
}

const isSigned = (detail: Json, drops: Drops): boolean => isObject(detail) && ON_DETAIL.some((field) => isDropped(detail[field], drops));

/** What of a delta only its maker can read: it is known by that when it comes back (T1). */
export function opaqueOf(delta: JsonObject): readonly string[] {
  const { reasoning_details: details } = delta;
  const holders = Array.isArray(details) ? (details as readonly Json[]).filter(isObject) : [];
  const held = [...ON_MESSAGE.map((field) => delta[field]), ...holders.flatMap((detail) => ON_DETAIL.map((field) => detail[field]))];
  return held.filter(isText).filter((value) => value !== '');
}

/** Gemini's, on a call. */
export function signatureOf({ extra_content: extra }: JsonObject): Json | undefined {
  const google = isObject(extra) ? extra['google'] : undefined;
  return isObject(google) ? google['thought_signature'] : undefined;
}

function unsigned(call: JsonObject): JsonObject {
  const { extra_content: _, ...bare } = call;
  return bare;
}

/** Where Google's own server of this protocol puts it. */
const signedBy = (signature: string): JsonObject => ({ google: { thought_signature: signature } });

/** The field of a call that holds what a vendor wants back with it, from what the vendor said of the call; none where it said nothing. */
export function extraOf(metadata: Readonly<Record<string, unknown>> | undefined): JsonObject {
  for (const said of Object.values(metadata ?? {})) {
    const signature = isObject(said) ? said['thoughtSignature'] : undefined;
    if (isText(signature) && signature !== '') return { extra_content: signedBy(signature) };
  }
  return {};
}

/** Gemini's word for a call that was made elsewhere. */
const SKIP = signedBy('skip_thought_signature_validator');

/** The message with its first call signed (providers C3). */
export function signed(message: JsonObject): JsonObject {
  const { tool_calls: calls } = message;
  if (message['role'] !== 'assistant' || !Array.isArray(calls)) return message;
  const made = changedList(calls as readonly Json[], (call, at) =>
    at > 0 || isText(signatureOf(call)) ? call : { ...call, extra_content: SKIP },
  );
  return made === calls ? message : { ...message, tool_calls: made };
}
