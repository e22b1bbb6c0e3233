import { follow, orAbort } from '@holdfast/core/engine';
import { errorOf, Unreachable, wordsOf } from './remote-errors.ts';
import { pauseBefore, TRIES, type RemotePorts } from './remote-options.ts';

/** The server could not be reached, or said that it cannot now: the same request may be sent again. */
class Unreached extends Error {}

/** Statuses after which the same request has a chance. */
const AGAIN: ReadonlySet<number> = new Set([408, 502, 503, 504]);

export const headersOf = ({ token }: Pick<RemotePorts, 'token'>): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/**
 * Requests with JSON in and out. One that failed on its way is sent again, under the same `Idempotency-Key`: what was done already is not done a
 * second time. Rejects with what the server said, a `SessionError` where it is one.
 */
export class RemoteRequests {
  readonly #ports: RemotePorts;

  constructor(ports: RemotePorts) {
    this.#ports = ports;
  }

  get<T>(path: string, signal: AbortSignal): Promise<T> {
    return this.#sent<T>('GET', path, undefined, signal);
  }

  send<T>(method: 'POST' | 'PATCH', path: string, body: object, signal: AbortSignal): Promise<T> {
    return this.#sent<T>(method, path, body, signal);
  }

  async #sent<T>(method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<T> {
    const { clock, random, newId, url } = this.#ports;
    const key = newId();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once<T>(method, path, body, key, signal);
      } catch (error) {
        if (!(error instanceof Unreached) || signal.aborted) throw error;
        if (attempt > TRIES) throw error.cause instanceof Error ? error.cause : new Unreachable(`cannot reach ${url}: ${error.message}`);
        await clock.sleep(pauseBefore(attempt, random), signal);
      }
    }
  }

  async #once<T>(method: string, path: string, body: object | undefined, key: string, signal: AbortSignal): Promise<T> {
    const { fetch, url, clock, requestMs } = this.#ports;
    using link = follow(signal);
    const letGo = clock.after(requestMs, () => link.abort(new Unreached(`no answer within ${Math.round(requestMs / 1000)} s`)));
    try {
      const posted = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'idempotency-key': key } };
      const headers = { ...headersOf(this.#ports), ...posted?.headers };
      const asked = fetch(url + path, { method, headers, signal: link.signal, ...(posted && { body: posted.body }) });
      const res = await orAbort(asked, link.signal);
      const text = await orAbort(res.text(), link.signal);
      if (res.ok) return JSON.parse(text) as T;
      const error = errorOf(res.status, text, url);
      throw AGAIN.has(res.status) ? new Unreached(error.message, { cause: error }) : error;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // fetch rejects with a TypeError and nothing else where the server is not reached.
      throw error instanceof TypeError ? new Unreached(wordsOf(error)) : error;
    } finally {
      letGo();
    }
  }
}
