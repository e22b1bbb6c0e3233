import {
  askedToGoOn,
  isMadeAbove,
  learntOf,
  ModelFailure,
  outputFor,
  ProviderRefusal,
  roomFor,
  withoutLong,
  type Ask,
  type Attempt,
  type Clock,
  type Moving,
  type Part,
  type Target,
  type UserRow,
} from '@holdfast/core/engine';
import type { NativeAsk } from '@holdfast/core/wire';
import type { Upstream } from './io/upstream.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import { passedAnswer } from './pass-answer.ts';
import type { ReachedTarget } from './reached.ts';
import { bodyFacts } from './rules/body-facts.ts';
import { nativeDefaults } from './rules/native-defaults.ts';
import { forwardedOf, pathOf } from './rules/native-request.ts';
import { readWhole } from './read-whole.ts';
import type { WireRequest } from './wire-request.ts';

export interface PassAskPorts {
  readonly upstream: Upstream;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly rows: readonly UserRow[];
  readonly moving: Moving;
  /** Which of a client's opaque values a target must not be sent (T1). */
  readonly foreignFor: (request: WireRequest, target: Target) => Promise<NativeAsk['foreign']> | NativeAsk['foreign'];
}

/** An answer this short (tokens) is over before a limit on its first content is: it is asked for as the client did, in one piece. */
const SHORT = 1024;
const ERROR_LIMIT = 256 * 1024;
const NONE: readonly string[] = [];

/**
 * Asks a provider that speaks the client's own protocol: the client's bytes, with a few fields of the top level replaced.
 *
 * D1. A redirect is never followed: it could carry a key elsewhere. It is `malformed`.
 * D2. A caller who reads no stream is answered from one all the same (C4), but for an answer that is short, or can only come in one piece.
 */
export function passAsk(reached: ReachedTarget, ports: PassAskPorts): Ask<WireRequest, Part> {
  const { provider, key, live } = reached;
  const url = new URL(provider.baseUrl);
  return async (request, attempt) => {
    const { target, signal } = attempt;
    const value = live ? await live.current(signal) : key.value;
    const stream = request.streams || !isShort(request);
    const making = await makingOf(request, attempt, reached, ports, stream);
    const answer = await ports.upstream.ask(
      {
        origin: url.origin,
        path: pathOf(request.protocol.name, url.pathname, request.forwarded.query),
        headers: forwardedOf(request.protocol.name, {
          provider,
          value,
          forwarded: request.forwarded,
          stream,
          repairs: making.repairs,
          own: reached.defaults.headers ?? {},
        }),
        body: making.body,
      },
      signal,
    );
    attempt.head?.(answer.status, answer.headers);
    if (answer.status >= 300 && answer.status < 400) throw redirected(answer);
    if (answer.status >= 400) throw await refused(answer, attempt);
    for (const repair of making.asked) for (const learnt of learntOf(repair)) ports.moving.learn(scopeOf(target), learnt);
    return passedAnswer(answer, request, attempt, ports);
  };
}

const scopeOf = ({ entry, model }: Target): string => `${entry}/${model}`;

function isShort({ protocol, body }: WireRequest): boolean {
  const { maxTokens } = bodyFacts(protocol.name, body.json);
  const { modalities } = body.json;
  return (maxTokens !== undefined && maxTokens <= SHORT) || (Array.isArray(modalities) && modalities.includes('audio'));
}

interface Making {
  readonly body: Buffer;
  readonly asked: readonly string[];
  readonly repairs: readonly string[];
}

async function makingOf(
  request: WireRequest,
  attempt: Attempt,
  { defaults }: ReachedTarget,
  { moving, foreignFor }: PassAskPorts,
  stream: boolean,
): Promise<Making> {
  const { target, repair } = attempt;
  const { protocol, body } = request;
  const [learnt, foreign] = await Promise.all([moving.repairsAt(scopeOf(target)), foreignFor(request, target)]);
  const asked = repair === undefined || isMadeAbove(repair) ? NONE : [repair];
  const changes = (repairs: readonly string[]) => ({
    ...nativeDefaults(protocol.name, body.json, defaults, target.effort),
    ...protocol.native(body.json, { ...nativeAsk(request, attempt, defaults.maxOutputTokens), stream, foreign, repairs }),
  });
  const repairs = [...new Set([...learnt, ...asked])];
  const above = attempt.mends;
  attempt.mends = (more) =>
    above?.(more) === true ||
    isMadeAbove(more) ||
    more === 'prefill' ||
    JSON.stringify(changes([...repairs, more])) !== JSON.stringify(changes(repairs));
  return { body: body.with(changes(repairs)), asked, repairs };
}

type AskOf = Pick<NativeAsk, 'model' | 'maxTokens' | 'cut'>;

function nativeAsk({ protocol, body, goingOn }: WireRequest, { target, facts }: Attempt, most: number | undefined): AskOf {
  const own = bodyFacts(protocol.name, body.json);
  const left = goingOn && roomFor(goingOn.cut.left, goingOn.cut.anchor.anchor, goingOn.way);
  const maxTokens =
    left ?? outputFor(target, { ...facts, tokens: target.window === undefined ? 0 : facts.tokens, maxTokens: own.maxTokens ?? most });
  const { anchor, shown } = goingOn?.cut ?? {};
  const told = goingOn?.way === 'instruction' && anchor ? { told: askedToGoOn(anchor.anchor, own.tools.length > 0) } : {};
  return {
    model: withoutLong(target.model),
    ...(maxTokens !== undefined && maxTokens !== own.maxTokens && { maxTokens }),
    ...(anchor && shown !== '' && { cut: { quote: anchor.quote, ...told } }),
  };
}

const redirected = (answer: UpstreamAnswer): ModelFailure => {
  answer.abort('redirected');
  const message = `the provider answered with a redirect (${answer.status}), which is not followed with a key: check base_url`;
  return new ModelFailure('malformed', message, { status: answer.status });
};

async function refused(answer: UpstreamAnswer, { signal, watch }: Attempt): Promise<unknown> {
  const read = await readWhole(answer, ERROR_LIMIT, () => watch?.life());
  // The status is known, and says enough where the body broke off.
  return signal.aborted ? signal.reason : new ProviderRefusal({ status: answer.status, headers: answer.headers, body: read.text });
}
