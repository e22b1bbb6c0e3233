import {
  askedToGoOn,
  isMadeAbove,
  learntOf,
  ModelFailure,
  outputFor,
  ProviderRefusal,
  roomFor,
  stackless,
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
import type { Upstream } from '../io/upstream.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import { passedAnswer } from './pass-answer.ts';
import type { ReachedTarget } from '../reached.ts';
import { nativeDefaults } from '../rules/native-defaults.ts';
import { forwardedOf, pathOf } from '../rules/native-request.ts';
import { readWhole } from './read-whole.ts';
import type { WireRequest } from '../wire-request.ts';

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
const BETAS = 'anthropic-beta';
const NONE: readonly string[] = [];

/**
 * Asks a provider that speaks the client's own protocol: the client's bytes, with a few fields of the top level replaced.
 *
 * D1. A redirect is never followed: it could carry a key elsewhere. It is `malformed`.
 * D2. A caller who reads no stream is answered from one all the same (C4), but for an answer that is short, or can only come in one piece.
 */
export function passAsk(reached: ReachedTarget, ports: PassAskPorts): Ask<WireRequest, Part> {
  const { provider, key, live } = reached;
  const { origin, pathname } = new URL(provider.baseUrl);
  const own = reached.defaults.headers ?? {};
  return async (request, attempt) => {
    const { target, signal } = attempt;
    const current = live ? live.current(signal) : key.value;
    const value = typeof current === 'object' ? await current : current;
    const { forwarded } = request;
    const { name } = request.protocol;
    const stream = request.streams || !isShort(request);
    const headersFor = (repairs: readonly string[]): Record<string, string> =>
      forwardedOf(name, { provider, value, forwarded, stream, repairs, own });
    const made = makingOf(request, attempt, reached, ports, { stream, headersFor });
    const { body, asked, repairs } = made instanceof Promise ? await made : made;
    const path = pathOf(name, pathname, forwarded.query);
    const answer = await ports.upstream.ask({ origin, path, headers: headersFor(repairs), body }, signal);
    attempt.head?.(answer.status, answer.headers);
    if (answer.status >= 300 && answer.status < 400) throw redirected(answer);
    if (answer.status >= 400) throw await refused(answer, attempt);
    learn(ports.moving, target, asked);
    return passedAnswer(answer, request, attempt, ports);
  };
}

const scopeOf = ({ entry, model }: Target): string => `${entry}/${model}`;

function learn(moving: Moving, target: Target, repairs: readonly string[]): void {
  for (const learnt of repairs.flatMap((repair) => learntOf(repair))) moving.learn(scopeOf(target), learnt);
}

function isShort({ facts: { maxTokens }, body }: WireRequest): boolean {
  const { modalities } = body.json;
  return (maxTokens !== undefined && maxTokens <= SHORT) || (Array.isArray(modalities) && modalities.includes('audio'));
}

interface Asking {
  readonly stream: boolean;
  readonly headersFor: (repairs: readonly string[]) => Readonly<Record<string, string>>;
}

interface Making {
  readonly body: Buffer;
  readonly asked: readonly string[];
  readonly repairs: readonly string[];
}

/** At once where nothing is to be fetched: the common case. */
function makingOf(
  request: WireRequest,
  attempt: Attempt,
  reached: ReachedTarget,
  ports: PassAskPorts,
  asking: Asking,
): Making | Promise<Making> {
  const { target } = attempt;
  const learnt = ports.moving.repairsAt(scopeOf(target));
  const foreign = ports.foreignFor(request, target);
  const made = (known: readonly string[], from: NativeAsk['foreign']): Making =>
    makingBy(request, attempt, reached, ports, asking, known, from);
  if (learnt instanceof Promise || foreign instanceof Promise)
    return Promise.all([learnt, foreign]).then(([known, from]) => made(known, from));
  return made(learnt, foreign);
}

function makingBy(
  request: WireRequest,
  attempt: Attempt,
  { defaults }: ReachedTarget,
  { moving }: PassAskPorts,
  { stream, headersFor }: Asking,
  learnt: readonly string[],
  foreign: NativeAsk['foreign'],
): Making {
  const { target, repair, repaired = NONE } = attempt;
  const { protocol, body } = request;
  const asked = repair === undefined ? repaired : [...repaired, repair];
  // What was refused after them was something else.
  if (repair !== undefined) learn(moving, target, repaired);
  const changes = (repairs: readonly string[]) => ({
    ...nativeDefaults(protocol.name, body.json, defaults, target.effort),
    ...protocol.native(body.json, { ...nativeAsk(request, attempt, defaults.maxOutputTokens), stream, foreign, repairs }),
  });
  const repairs = learnt.length === 0 ? asked : [...new Set([...learnt, ...asked])];
  const sent = (made: readonly string[]): string => JSON.stringify([changes(made), headersFor(made)[BETAS]], leftOut);
  const above = attempt.mends;
  attempt.mends = (more) => above?.(more) === true || isMadeAbove(more) || more === 'prefill' || sent([...repairs, more]) !== sent(repairs);
  return { body: body.with(changes(repairs)), asked, repairs };
}

/** A field that is taken out is a change too. */
const leftOut = (_: string, value: unknown): unknown => value ?? null;

type AskOf = Pick<NativeAsk, 'model' | 'maxTokens' | 'cut'>;

function nativeAsk({ facts: own, goingOn }: WireRequest, { target, facts }: Attempt, most: number | undefined): AskOf {
  const left = goingOn && roomFor(goingOn.cut.left, goingOn.cut.anchor.anchor, goingOn.way);
  const maxTokens = left ?? outputFor(target, { tokens: target.window === undefined ? 0 : facts.tokens, maxTokens: own.maxTokens ?? most });
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
  const { status, headers } = answer;
  return signal.aborted ? signal.reason : stackless(() => new ProviderRefusal({ status, headers, body: read.text }));
}
