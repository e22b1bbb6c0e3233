import { follow, orAbort, type Clock, type Target } from '@holdfast/core/engine';
import type { JsonObject } from '@holdfast/core/wire';
import { assumedWindow, estimatedCount, scaledCount } from './rules/count-tokens.ts';
import { counterOf, type CountRequest } from './rules/counters.ts';
import { estimateBody } from './rules/estimate-tokens.ts';

/** Ms that a counter may take. */
const LIMIT = 2_000;

/** One target of the chain, as its counter is reached. */
export interface CountTarget {
  readonly protocol: Target['protocol'];
  readonly model: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** The provider's key among them, and what of the client's goes on. */
  readonly headers: Readonly<Record<string, string>>;
  readonly window?: number | undefined;
  /** The client's, with its question mark, or ''. */
  readonly query?: string;
  /** The client's body as this target would get it, where that differs (T1). */
  readonly body?: JsonObject;
}

export interface CountPorts {
  readonly clock: Pick<Clock, 'after'>;
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string }>;
}

export interface Count {
  readonly input_tokens: number;
  /** A counter said so; else it is an estimate. */
  readonly counted: boolean;
}

/**
 * Note 32: counted by the first of `targets`, those that would be asked in their order, that has a counter. What a counter does not say within its
 * time is estimated: there is always a count. Nothing is believed of a target for what its counter does. Rejects only with the client's own abort.
 */
export async function countTokens(
  asked: string,
  request: CountRequest,
  targets: readonly CountTarget[],
  ports: CountPorts,
  signal: AbortSignal,
): Promise<Count> {
  const told = await toldBy(request, targets, ports, signal);
  const count = told ?? estimatedCount(estimateBody(request.body));
  const windows = targets.map(({ window }) => window);
  return { input_tokens: scaledCount(count, assumedWindow(asked), windows), counted: told !== undefined };
}

async function toldBy(
  request: CountRequest,
  targets: readonly CountTarget[],
  ports: CountPorts,
  signal: AbortSignal,
): Promise<number | undefined> {
  for (const { protocol, model, baseUrl, headers, query = '', body = request.body } of targets) {
    const counter = counterOf(protocol, model, { ...request, body });
    if (counter === undefined) continue;
    using link = follow(signal);
    const stop = ports.clock.after(LIMIT, () => link.abort(new Error('the counter took too long')));
    try {
      const answer = await orAbort(
        ports.post(`${baseUrl}${counter.path}${query}`, headers, JSON.stringify(counter.body), link.signal),
        link.signal,
      );
      return answer.status === 200 ? counter.read(JSON.parse(answer.body)) : undefined;
    } catch {
      signal.throwIfAborted();
      return undefined;
    } finally {
      stop();
    }
  }
  return undefined;
}
