/** What a sink may see of what was asked and answered: nothing but facts (default), what `redact` leaves of it, or all of it. */
export type PayloadPolicy = 'metadata' | 'redacted' | 'full';

export interface PayloadOptions {
  readonly payload: PayloadPolicy;
  /** Characters of JSON; more is cut and marked. */
  readonly most: number;
  readonly redact?: (payload: unknown) => unknown;
}

/** A copy of `payload` as the policy leaves it; undefined: nothing of it. */
export function kept(payload: unknown, { payload: policy, most, redact }: PayloadOptions): unknown {
  if (policy === 'metadata' || payload === undefined) return undefined;
  const shown = policy === 'redacted' ? redact?.(payload) : payload;
  if (shown === undefined) return undefined;
  if (typeof shown === 'string') return cut(shown, most);
  const json = JSON.stringify(shown, withoutBytes);
  if (json === undefined) return undefined;
  return json.length <= most ? (JSON.parse(json) as unknown) : cut(json, most);
}

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`);

/** Files would be most of it, and nobody reads them there. */
function withoutBytes(this: unknown, key: string, value: unknown): unknown {
  // Node's own bytes have been turned into a list of numbers by now.
  const raw = (this as Record<string, unknown>)[key];
  return raw instanceof Uint8Array ? `(${raw.length} bytes)` : value;
}
