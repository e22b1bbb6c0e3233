import type { RequestHeaders } from './guard.ts';
import { isLoopback } from './guard.ts';

const BEARER = /^bearer +(\S+) *$/i;

const given = (value: string | readonly string[] | undefined): string => (typeof value === 'string' ? value.trim() : '');

/**
 * Every key that a request brings, as the clients send them: OpenAI's `authorization`, Anthropic's `x-api-key`, Azure's `api-key`. Claude Code sends a
 * login of its own in one of them beside our key in another, so the first is not the only one.
 */
export function keysSent(headers: RequestHeaders): readonly string[] {
  const bearer = BEARER.exec(given(headers['authorization']))?.[1] ?? '';
  return [bearer, given(headers['x-api-key']), given(headers['api-key'])].filter((key) => key !== '');
}

/** In a time that says nothing of where they differ. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let differ = 0;
  for (let at = 0; at < a.length; at++) differ |= a[at]! ^ b[at]!;
  return differ === 0;
}

/** Without keys whoever reaches the port is let in: it must be this machine alone. */
export const mayBind = (host: string, keys: number): boolean => keys > 0 || isLoopback(host);

/** Characters. */
const LONGEST_CALLER = 64;

/** What a client calls itself, made fit for records and labels; '' where nothing is left of it. */
const cleaned = (name: string): string =>
  name
    .slice(0, LONGEST_CALLER * 4)
    .replace(/[^\w.@:/-]+/g, '-')
    .replace(/\/{2,}/g, '/')
    .slice(0, LONGEST_CALLER)
    .replace(/^[-/]+|[-/]+$/g, '');

/** `x-holdfast-caller`: below a key's name (field note 35); without keys nobody's share can be taken, so it is the name. */
export function callerName(holder: string, header: string | readonly string[] | undefined, keyless: boolean): string {
  const sub = typeof header === 'string' ? cleaned(header) : '';
  if (sub === '') return holder;
  return keyless ? sub : `${holder}/${sub}`;
}
