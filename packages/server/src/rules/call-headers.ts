import { parseDuration } from '@holdfast/core/engine';
import { BadRequest, type ClientProtocol, type JsonObject } from '@holdfast/core/wire';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a client says of its call beside the body (contracts, section 3). */
export interface CallHeaders {
  readonly session?: string;
  readonly run?: string;
  readonly onPartial?: 'continue' | 'restart' | 'fail';
  /** The caller's own deadline, ms. */
  readonly total?: number;
  /** How often the client's library has sent this request again. */
  readonly retries: number;
}

const SESSION = ['x-holdfast-session', 'x-claude-code-session-id', 'x-session-affinity', 'x-session-id'];
const ON_PARTIAL = ['continue', 'restart', 'fail'] as const;
/** Characters of a label: records and keys hold it. */
const LONGEST = 256;
/** Ms by which our own error comes before the client gives up (field note 28). */
const BEFORE = 2000;

const one = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value.trim() : value[0]?.trim();
  return text === undefined || text === '' ? undefined : text.slice(0, LONGEST);
};

/** Throws `BadRequest` for a value of ours that cannot be meant; what other programs say is taken as far as it can be read. */
export function callHeaders(headers: Headers, body: JsonObject, streams: boolean, protocol: ClientProtocol): CallHeaders {
  const cacheKey = body['prompt_cache_key'];
  let session: string | undefined;
  for (const name of SESSION) session ??= one(headers, name);
  const known = session ?? (typeof cacheKey === 'string' && cacheKey !== '' ? cacheKey.slice(0, LONGEST) : undefined);
  const agent = one(headers, 'x-claude-code-agent-id');
  const run = one(headers, 'x-holdfast-run');
  const asked = onPartialOf(one(headers, 'x-holdfast-on-partial'));
  // Nothing can be taken back in a Responses stream (note 33).
  const onPartial = asked === 'restart' && protocol === 'openai-responses' ? 'continue' : asked;
  const total = totalOf(headers, streams);
  return {
    ...(known !== undefined && { session: agent === undefined ? known : `${known} ${agent}` }),
    ...(run !== undefined && { run }),
    ...(onPartial && { onPartial }),
    ...(total !== undefined && { total }),
    retries: Number(one(headers, 'x-stainless-retry-count') ?? 0) || 0,
  };
}

function onPartialOf(said: string | undefined): CallHeaders['onPartial'] {
  const found = ON_PARTIAL.find((word) => word === said);
  if (said !== undefined && !found)
    throw new BadRequest(`the header x-holdfast-on-partial is "${said}"; it can be ${ON_PARTIAL.join(', ')}`);
  return found;
}

/** The sooner of what we were told and of what the client's library waits for: that counts only where nothing comes before the end. */
function totalOf(headers: Headers, streams: boolean): number | undefined {
  const said = one(headers, 'x-holdfast-timeout');
  const own = said === undefined ? undefined : parseDuration(/^\d+$/.test(said) ? Number(said) : said);
  if (own && ('error' in own || own.ms <= 0))
    throw new BadRequest(`the header x-holdfast-timeout is "${said}"; write a duration such as 30s, 2m or whole seconds`);
  const seconds = streams ? Number.NaN : Number(one(headers, 'x-stainless-timeout'));
  const library = seconds > 0 ? Math.max(seconds * 1000 - BEFORE, (seconds * 1000) / 2) : undefined;
  return own === undefined ? library : Math.min((own as { readonly ms: number }).ms, library ?? Infinity);
}
