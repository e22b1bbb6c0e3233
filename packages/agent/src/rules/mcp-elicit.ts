import type { Elicitation } from './events.ts';

/** What a server asks of a user, by the protocol's names. */
export interface ElicitParams {
  readonly mode?: string | undefined;
  readonly message?: unknown;
  readonly requestedSchema?: unknown;
  readonly url?: unknown;
}

/** What is told back to it: flat values only. */
export type ElicitReply = {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Record<string, string | number | boolean | string[]>;
};

/** Undefined: nothing a user should be shown, and the server is declined. A page is one of the web: no file, no script, no other program. */
export function elicitationOf({ mode, message, requestedSchema, url }: ElicitParams, from: string): Elicitation | undefined {
  const words = typeof message === 'string' ? message : '';
  if (mode === 'url') return isPage(url) ? { mode: 'url', message: words, url, from } : undefined;
  if (typeof requestedSchema !== 'object' || requestedSchema === null) return { mode: 'form', message: words, from };
  return { mode: 'form', message: words, schema: requestedSchema as Readonly<Record<string, unknown>>, from };
}

const isPage = (url: unknown): url is string => typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/** What was filled in, without what the protocol cannot carry. */
export function elicitReply(
  mode: Elicitation['mode'],
  { action, content }: { readonly action: ElicitReply['action']; readonly content?: Readonly<Record<string, unknown>> },
): ElicitReply {
  if (action !== 'accept' || mode === 'url') return { action };
  const flat = Object.entries(content ?? {}).flatMap(([name, value]) => (isFlat(value) ? [[name, value] as const] : []));
  return { action, content: Object.fromEntries(flat) };
}

const isFlat = (value: unknown): value is string | number | boolean | string[] =>
  ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
