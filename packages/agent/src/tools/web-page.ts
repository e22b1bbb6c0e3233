import robots from 'robots-parser';
import type { Web, WebReply } from '../io/web.ts';

/** The package's types take it for an ES module, which it is not. */
const robotsOf = robots as unknown as (url: string, text: string) => { isAllowed(url: string, name: string): boolean | undefined };

export interface Browsing {
  readonly web: Web;
  /** Of the toolset; sent to the site that was asked for, and to no other one it leads to. */
  readonly headers: Readonly<Record<string, string>>;
  readonly allowPrivate: boolean;
  /** Throws when a page may not be asked for. */
  check(url: URL): void;
}

const MOST_REDIRECTS = 10;
/** Bytes. */
const LARGEST_PAGE = 1_048_576;
const LARGEST_ROBOTS = 512_000;
/** How sites know us, and the name that their robots.txt may use. */
const NAME = 'Holdfast';
const AGENT = `${NAME} (an AI agent; respects robots.txt)`;

/**
 * The pages of one call. A redirect is a new page: its host, its address and its robots.txt are looked at as those of the first.
 *
 * R1. A site without robots.txt, or that answers 4xx for it, allows everything; one that answers 5xx nothing.
 */
export class Browser {
  readonly #browsing: Browsing;
  readonly #robots = new Map<string, Promise<(url: URL) => boolean>>();

  constructor(browsing: Browsing) {
    this.#browsing = browsing;
  }

  async page(address: string, accept: string, signal: AbortSignal): Promise<WebReply & { readonly url: URL }> {
    const start = urlOf(address);
    return this.#follow(start, { accept, limit: LARGEST_PAGE, redirects: MOST_REDIRECTS, signal }, async (url) => {
      if (!(await this.#robotsOf(url, signal))(url)) throw new Error(`robots.txt of ${url.host} does not allow it`);
    });
  }

  async #follow(
    start: URL,
    how: { readonly accept: string; readonly limit: number; readonly redirects: number; readonly signal: AbortSignal },
    may: (url: URL) => Promise<void>,
  ): Promise<WebReply & { readonly url: URL }> {
    const { web, headers, allowPrivate, check } = this.#browsing;
    const common = { accept: how.accept, 'user-agent': AGENT };
    let [url, home] = [start, true];
    for (let n = 0; n <= how.redirects; n++) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`only http: and https: are fetched, not ${url.protocol}`);
      check(url);
      await may(url);
      // Who has once been led away does not get them back.
      home &&= url.origin === start.origin;
      const own = home ? lowered(headers) : {};
      const reply = await web({ url, headers: { ...common, ...own }, limit: how.limit, allowPrivate, signal: how.signal });
      if (reply.location === undefined || ![301, 302, 303, 307, 308].includes(reply.status)) return { ...reply, url };
      url = urlOf(reply.location, url);
    }
    throw new Error(`it leads on more than ${how.redirects} times`);
  }

  #robotsOf(url: URL, signal: AbortSignal): Promise<(url: URL) => boolean> {
    const known = this.#robots.get(url.origin);
    if (known) return known;
    const asked = this.#readRobots(new URL('/robots.txt', url), signal);
    this.#robots.set(url.origin, asked);
    return asked;
  }

  async #readRobots(url: URL, signal: AbortSignal): Promise<(url: URL) => boolean> {
    const how = { accept: 'text/plain', limit: LARGEST_ROBOTS, redirects: 5, signal };
    const reply = await this.#follow(url, how, async () => {}).catch(() => {
      signal.throwIfAborted();
      // Who cannot be reached has said nothing; the page itself will say why.
      return undefined;
    });
    if (reply && reply.status >= 500)
      throw new Error(`its robots.txt answers ${reply.status}, so it is not known whether it may be fetched`);
    if (!reply || reply.status < 200 || reply.status > 299) return () => true;
    const rules = robotsOf(url.href, new TextDecoder().decode(reply.body));
    return (page) => rules.isAllowed(page.href, NAME) !== false;
  }
}

const lowered = (headers: Browsing['headers']): Browsing['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function urlOf(address: string, from?: URL): URL {
  try {
    return new URL(address.trim(), from);
  } catch {
    throw new Error(`"${address}" is no URL: it begins with http:// or https://`);
  }
}
