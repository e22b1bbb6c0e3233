import type { Clock } from '@holdfast/core';
import { follow, orAbort } from '@holdfast/core/engine';
import { readHtml } from '../io/html-reader.ts';
import type { Web, WebReply } from '../io/web.ts';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import { count, done, failure, listOf, object, oneOf, workTool } from './define.ts';
import { domainsOf } from './domains.ts';
import { Browser } from './web-page.ts';

export interface FetchTools {
  readonly web: Web;
  readonly clock: Clock;
  /** Seconds for one page, when a call does not say. */
  readonly timeout: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowedDomains: readonly string[];
  readonly blockedDomains: readonly string[];
  readonly allowPrivate: boolean;
}

/** Seconds. */
export const FETCH_TIMEOUT = 30;
const LONGEST_TIMEOUT = 300;
const MOST_URLS = 20;

const FORMATS = ['markdown', 'text', 'html'] as const;
type Format = (typeof FORMATS)[number];
const ACCEPT: Readonly<Record<Format, string>> = {
  markdown: 'text/markdown, text/plain;q=0.9, text/html;q=0.7, */*;q=0.1',
  text: 'text/plain, text/markdown;q=0.9, text/html;q=0.8, */*;q=0.1',
  html: 'text/html, text/plain;q=0.8, */*;q=0.1',
};

interface Page {
  readonly url: string;
  readonly statusCode?: number;
  readonly status?: string;
  readonly contentType?: string;
  readonly contentLength?: number;
  readonly note?: string;
  readonly body?: string;
  readonly error?: string;
}

/** Not read-only: what it asks for can carry away what the model knows. So it is asked about unless a rule allows it. */
export const fetchTool = (tools: FetchTools): Tool =>
  workTool({
    name: 'fetch',
    description: `Fetches pages over http and https, up to 1 MB each, and gives back their text.${limits(tools)}`,
    parameters: object(
      {
        urls: listOf({ type: 'string' }, `URLs to fetch, at most ${MOST_URLS}`),
        format: oneOf(FORMATS, `What HTML is made into: ${FORMATS.join(', ')}`),
        timeout: count(`Seconds for one page; ${tools.timeout} unless given, at most ${LONGEST_TIMEOUT}`),
      },
      ['urls'],
    ),
    readOnly: false,
    idempotent: true,
    sequential: false,
    category: 'fetch',
    touches: async () => ({ reads: [], writes: [] }),
    run: async (input, context) => {
      const urls = input['urls'] as readonly string[];
      if (urls.length === 0 || urls.length > MOST_URLS)
        throw new Error(`urls holds ${urls.length} URLs: 1 to ${MOST_URLS} can be fetched at once.`);
      const wanted = (input['format'] as string | undefined) ?? 'markdown';
      const format = FORMATS.find((one) => one === wanted);
      if (!format) throw new Error(`There is no format "${wanted}"; there are ${FORMATS.join(', ')}.`);
      const seconds = Math.min((input['timeout'] as number | undefined) ?? tools.timeout, LONGEST_TIMEOUT);
      const browser = new Browser({ ...tools, check: domainsOf(tools.allowedDomains, tools.blockedDomains).check });
      return told(await Promise.all(urls.map((url) => fetched(tools, browser, { url, format, seconds }, context))));
    },
  });

function limits({ allowedDomains: open, blockedDomains: closed }: FetchTools): string {
  const only = open.length > 0 ? ` Only these hosts, and what lies below them: ${open.join(', ')}.` : '';
  return only + (closed.length > 0 ? ` None of these hosts: ${closed.join(', ')}.` : '');
}

interface Wanted {
  readonly url: string;
  readonly format: Format;
  readonly seconds: number;
}

async function fetched({ clock }: FetchTools, browser: Browser, { url, format, seconds }: Wanted, { signal }: ToolContext): Promise<Page> {
  using link = follow(signal);
  const letGo = clock.after(seconds * 1000, () => link.abort(new Error(`it took longer than ${seconds} s`)));
  try {
    const reply = await orAbort(browser.page(url, ACCEPT[format], link.signal), link.signal);
    const page = await orAbort(textOf(reply, format, link.signal), link.signal);
    const { status: statusCode, statusText, type: contentType } = reply;
    const moved = reply.url.href === new URL(url.trim()).href ? [] : [`it led to ${reply.url.href}`];
    const note = [...moved, ...(reply.cut ? ['cut after 1 MB'] : []), ...page.notes].join('; ');
    const head = { url, statusCode, status: `${statusCode} ${statusText}`.trim(), contentType, contentLength: page.body.length };
    return { ...head, ...(note !== '' && { note }), body: page.body };
  } catch (error) {
    signal.throwIfAborted();
    return { url, error: error instanceof Error ? error.message : String(error) };
  } finally {
    letGo();
  }
}

async function textOf(
  reply: WebReply,
  format: Format,
  signal: AbortSignal,
): Promise<{ readonly body: string; readonly notes: readonly string[] }> {
  const { body: bytes, type } = reply;
  if (isBinary(bytes, type))
    throw new Error(`it is no text but ${type || 'binary data'} (${bytes.length} bytes${reply.cut ? ' and more' : ''})`);
  const body = decoded(bytes, type);
  if (format === 'html' || !/^\s*(text\/html|application\/xhtml)/i.test(type)) return { body, notes: [] };
  const read = await readHtml(body, format, signal);
  return read === undefined ? { body, notes: [`it could not be made into ${format} and is HTML`] } : { body: read, notes: [] };
}

const isBinary = (bytes: Uint8Array, type: string): boolean =>
  /^\s*(image\/(?!svg)|audio\/|video\/|font\/|application\/(pdf|zip|gzip|octet-stream))/i.test(type) ||
  (!/utf-?16/i.test(type) && bytes[0] !== 0xff && bytes[0] !== 0xfe && bytes.subarray(0, 8192).includes(0));

/** By the header, else by what an HTML page says of itself, else UTF-8. */
function decoded(bytes: Uint8Array, type: string): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
  const named = /charset\s*=\s*["']?([\w.:-]+)/i.exec(type) ?? /<meta[^>]+charset\s*=\s*["']?([\w.:-]+)/i.exec(head);
  try {
    return new TextDecoder(wide ?? named?.[1] ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** One page is told as text, several as docker-agent's list. A page that answers an error is a failure, and shown. */
function told(pages: readonly Page[]): ToolOutput {
  const failed = pages.every(({ error, statusCode }) => error !== undefined || statusCode! >= 400);
  const [page] = pages;
  if (pages.length > 1) return (failed ? failure : done)(JSON.stringify(pages));
  if (page!.error !== undefined) return failure(`${page!.url} cannot be fetched: ${page!.error}.`);
  const { url, status, contentType, note } = page!;
  const facts = [`status ${status}`, contentType, `${page!.contentLength} characters`, note].filter(
    (fact) => fact !== undefined && fact !== '',
  );
  return (failed ? failure : done)(`${url} (${facts.join('; ')}):\n\n${page!.body}`);
}
