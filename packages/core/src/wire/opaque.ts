import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';

/** What begins with this was written by us into a client's opaque slot (field note 11). */
const OURS = 'hf1.';

/** Closes a block of thoughts that was cut in half: no provider would take it, and it is recognised when it comes back. */
export const CUT = `${OURS}cut`;

export const isOurs = (value: unknown): value is string => typeof value === 'string' && value.startsWith(OURS);

/** A vendor's metadata, in the opaque slot of a client whose protocol has no other place for it. */
export const sealed = (metadata: unknown): string =>
  OURS +
  btoa(JSON.stringify(metadata).replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** What `sealed` wrote; undefined for anything else, `CUT` among it. */
export function unsealed(value: string): JsonObject | undefined {
  if (!isOurs(value) || value === CUT) return undefined;
  try {
    const read: unknown = JSON.parse(atob(value.slice(OURS.length).replaceAll('-', '+').replaceAll('_', '/')));
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** What vendors said, of what `unsealed` read. A client may have written it: what is no vendor's metadata is none of ours. */
export const vendorsIn = (read: JsonObject): SharedV4ProviderOptions =>
  Object.fromEntries(Object.entries(read).filter(([, said]) => isObject(said))) as SharedV4ProviderOptions;
