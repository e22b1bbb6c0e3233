import type { Clock, HealthStore } from '@holdfast/core';
import { isModelFailure, madeElsewhere, scopesOf, standingOf, withoutLong, type Moving } from '@holdfast/core/engine';
import { checkCount, isOurs, messagesProtocol, type BodyChanges } from '@holdfast/core/wire';
import { sendJson } from '../http/answers.ts';
import { countTokens, type CountTarget } from '../count-tokens.ts';
import { askUpstream, type Upstream } from '../io/upstream.ts';
import type { Exchange, Holder, RequestBody, Route } from '../ports.ts';
import type { ReachedTarget } from '../reached.ts';
import { forwardedOf } from '../rules/native-request.ts';
import { opaqueIn } from '../rules/opaque-in.ts';
import type { Forwarded } from '../wire-request.ts';

export interface CountRoutePorts {
  readonly clock: Clock;
  readonly health: HealthStore;
  readonly moving: Moving;
  /** The targets that the client's `model` means; rejects with a `Refusal`. */
  readonly reachedFor: (model: string, holder: Holder) => Promise<readonly ReachedTarget[]>;
  readonly forwarded: (exchange: Exchange) => Forwarded;
  readonly upstream: () => Upstream;
}

/** `POST /v1/messages/count_tokens` (note 32): always a count; nothing is believed or recorded for it. */
export const countRoute = (ports: CountRoutePorts): Route => ({
  method: 'POST',
  path: '/v1/messages/count_tokens',
  access: 'key',
  handle: async (exchange) => {
    const body = await exchange.body();
    checkCount(body.json);
    const asked = String(body.json['model']);
    const reached = await awake(await ports.reachedFor(asked, exchange.holder).catch(nobody), ports);
    await ports.moving.readyFor(opaqueIn(messagesProtocol.name, body.json));
    const forwarded = ports.forwarded(exchange);
    const targets = await Promise.all(reached.map((one) => countTarget(one, body, forwarded, exchange.signal, ports.moving)));
    const request = { body: body.json, options: messagesProtocol.decode(body.json) };
    const post = (url: string, headers: Readonly<Record<string, string>>, text: string, signal: AbortSignal) =>
      askUpstream(ports.upstream(), url, headers, text, signal);
    const { input_tokens } = await countTokens(asked, request, targets, { clock: ports.clock, post }, exchange.signal);
    sendJson(exchange, 200, { input_tokens });
  },
});

/** Where none can be asked, for want of a key say, there is an estimate. */
function nobody(error: unknown): readonly ReachedTarget[] {
  if (isModelFailure(error)) return [];
  throw error;
}

/** Those that would be asked now; where all rest, all. */
async function awake(reached: readonly ReachedTarget[], { health, clock }: CountRoutePorts): Promise<readonly ReachedTarget[]> {
  const now = clock.now();
  const beliefs = await health.read(
    reached.flatMap(({ target }) => scopesOf(target)),
    now,
  );
  const free = reached.filter(({ target }) => standingOf(target, beliefs, [], now).tag === 'free');
  return free.length > 0 ? free : reached;
}

async function countTarget(
  { target, provider, key, live }: ReachedTarget,
  body: RequestBody,
  forwarded: Forwarded,
  signal: AbortSignal,
  moving: Moving,
): Promise<CountTarget> {
  const value = live ? await Promise.resolve(live.current(signal)).catch(() => undefined) : key.value;
  const { protocol, window } = target;
  const own = protocol === 'anthropic-messages';
  const foreign = madeElsewhere(moving.madeBy, target);
  const repairs = await moving.repairsAt(`${target.entry}/${target.model}`);
  const ask = {
    model: withoutLong(target.model),
    stream: false,
    foreign: (opaque: string) => isOurs(opaque) || foreign(opaque),
    repairs,
  };
  return {
    protocol,
    model: target.model,
    baseUrl: provider.baseUrl,
    headers:
      protocol === 'google'
        ? { ...provider.headers, 'content-type': 'application/json', ...(value !== undefined && { 'x-goog-api-key': value }) }
        : forwardedOf(own ? 'anthropic-messages' : 'openai-responses', {
            provider,
            value,
            forwarded: own ? forwarded : { headers: {} },
            stream: false,
            repairs,
            own: {},
          }),
    ...(window !== undefined && { window }),
    ...(own && { query: forwarded.query, body: changed(body, messagesProtocol.native(body.json, ask)) }),
  };
}

/** What the count is of: the fields that only an answer is asked with are refused by the counter. */
function changed({ json }: RequestBody, changes: BodyChanges): RequestBody['json'] {
  const all = { ...json, ...changes } as RequestBody['json'];
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => value !== undefined && name !== 'stream' && name !== 'max_tokens'),
  );
}
