import { namesOf, isLoopback, type Names, type RequestHeaders } from '../rules/guard.ts';
import { callerName, keysSent, sameHash } from '../rules/keys.ts';
import { refusal, type Refusal } from '../rules/refusal.ts';
import type { Holder, Route } from '../ports.ts';

/** The part of the file that says who may come in. */
export interface AccessRules {
  readonly keys: readonly { readonly holder: Holder; readonly hash: Uint8Array }[];
  /** The hash of the state folder's token. */
  readonly token?: Uint8Array;
  /** The server hears this machine alone: without it nobody comes in without a key, whatever the file says by now. */
  readonly loopbackOnly: boolean;
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
}

/** Who may come in, as it stands now. The server asks for it at every request: another one may take its place at any time. */
export interface Access {
  readonly names: Names;
  /** `address`: where the connection comes from. */
  admit(access: Route['access'], headers: RequestHeaders, address: string | undefined): Holder | Refusal;
  /** What the holder's call is booked under. */
  callerOf(holder: Holder, headers: RequestHeaders): string;
}

const LOCAL: Holder = { name: 'local', admin: false };
const OWNER: Holder = { name: 'local', admin: true };
const ANYBODY: Holder = { name: 'anybody', admin: false };

const UNKNOWN = 'The key that was sent is not one of this gateway.';
const MISSING = 'A key is needed: authorization: Bearer KEY, or x-api-key: KEY.';
const NO_TOKEN = 'This path needs the token that lies in the state folder of the gateway: authorization: Bearer TOKEN.';

const unauthorized = (message: string): Refusal => refusal(401, 'authentication', message, { headers: { 'www-authenticate': 'Bearer' } });

/** `hash`: as the rules' hashes were made. Keys that are sent are hashed, compared and forgotten. */
export function accessOf(rules: AccessRules, hash: (key: string) => Uint8Array): Access {
  const { keys, token, loopbackOnly } = rules;
  const keyless = keys.length === 0;

  /** Looks at every key, whatever is found: the time taken says nothing of which one it was. */
  const holderOf = (sent: readonly Uint8Array[]): Holder | undefined => {
    let holder: Holder | undefined;
    for (const one of sent) for (const key of keys) if (sameHash(one, key.hash)) holder ??= key.holder;
    return holder;
  };

  const known = (access: Route['access'], headers: RequestHeaders): Holder | Refusal => {
    const sent = keysSent(headers);
    const hashes = sent.map(hash);
    const isOwner = access !== 'key' && token !== undefined && hashes.filter((one) => sameHash(one, token)).length > 0;
    const holder = holderOf(hashes);
    if (isOwner) return OWNER;
    if (holder && (access !== 'token' || holder.admin)) return holder;
    if (holder) return refusal(403, 'permission', 'This path is for keys with admin: true.');
    if (access !== 'key' && keyless) return unauthorized(NO_TOKEN);
    return unauthorized(sent.length === 0 ? MISSING : UNKNOWN);
  };

  return {
    names: namesOf(rules),
    admit(access, headers, address) {
      if (access === 'open') return ANYBODY;
      if (access === 'key' && keyless && loopbackOnly && address !== undefined && isLoopback(address)) return LOCAL;
      return known(access, headers);
    },
    callerOf: (holder, headers) => callerName(holder.name, headers['x-holdfast-caller'], holder === LOCAL),
  };
}
