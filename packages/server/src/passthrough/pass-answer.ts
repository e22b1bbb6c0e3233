import {
  classifyResponse,
  dialectOf,
  ModelFailure,
  opaqueValues,
  startsLikeEvents,
  type Attempt,
  type Clock,
  type Moving,
  type Part,
  type Source,
  type UserRow,
} from '@holdfast/core/engine';
import { objectOf, type JsonObject, type WirePart, type WireProtocol } from '@holdfast/core/wire';
import type { UpstreamAnswer } from './upstream-answer.ts';
import { brokenFrame } from './broken-frame.ts';
import { PassSource } from './pass-source.ts';
import { readWhole } from './read-whole.ts';
import { WholeSource } from './whole-source.ts';

const WHOLE_LIMIT = 64 * 1024 * 1024;
const NO_ANSWER = 'the provider answered with something that is no answer';
const TOO_LONG = 'the provider sent a body that is too long for an answer';
const IN_BAND = 'the provider reported an error in the middle of the answer';

export interface PassAnswerPorts {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly rows: readonly UserRow[];
  readonly moving: Moving;
}

export interface PassedRequest {
  readonly protocol: WireProtocol;
  /** The client reads a stream. */
  readonly streams: boolean;
  /** Answers that were asked for in one (`n`). */
  readonly choices: number;
}

/** A provider's answer of status 200 as parts: a stream, whether it says so or not, or a whole answer (E2). Rejects with a failure. */
export async function passedAnswer(
  answer: UpstreamAnswer,
  request: PassedRequest,
  attempt: Attempt,
  ports: PassAnswerPorts,
): Promise<Source<Part>> {
  const reading = new Reading(answer, request, attempt, ports);
  const type = answer.headers['content-type'] ?? '';
  if (/^text\/event-stream\b/i.test(type)) return reading.events();
  const read = await readWhole(answer, WHOLE_LIMIT, reading.life, startsLikeEvents);
  if (read.events) return reading.events(read.events);
  const { status } = answer;
  if (read.over) throw new ModelFailure('malformed', TOO_LONG, { status });
  const json = objectOf(read.text);
  if (json === undefined && read.cut !== undefined) throw brokenFrame('cut', read.cut);
  const failure = reading.failureOf(read.text, type);
  if (failure) throw failure;
  if (json === undefined) throw new ModelFailure('malformed', NO_ANSWER, { status });
  return reading.whole(json, read.text);
}

/** To who reads a stream the bytes of a whole answer are of no use; frames that were made of it are. */
function asStream(parts: readonly WirePart[]): readonly WirePart[] {
  const framed = parts.some(({ wire }) => wire !== undefined && wire.frames.length > 0);
  return parts.map(({ wire, ...part }) => (framed && wire ? { ...part, wire: { attempt: wire.attempt, frames: wire.frames } } : part));
}

class Reading {
  readonly #answer: UpstreamAnswer;
  readonly #request: PassedRequest;
  readonly #attempt: Attempt;
  readonly #ports: PassAnswerPorts;
  readonly #noted: string[] = [];

  constructor(answer: UpstreamAnswer, request: PassedRequest, attempt: Attempt, ports: PassAnswerPorts) {
    this.#answer = answer;
    this.#request = request;
    this.#attempt = attempt;
    this.#ports = ports;
  }

  readonly life = (): void => this.#attempt.watch?.life();

  failureOf(body: string, contentType: string): ModelFailure | undefined {
    const { target } = this.#attempt;
    const { status, headers } = this.#answer;
    const { clock, rows } = this.#ports;
    const of = { protocol: target.protocol, provider: target.entry, model: target.model };
    return classifyResponse({ status, headers, body, contentType }, { ...of, now: clock.now(), phase: 'after', userRows: rows });
  }

  readonly #seen = (part: Part): void => {
    if ('providerMetadata' in part) this.#noted.push(...opaqueValues(part.providerMetadata));
  };

  /** Who made what only its maker can read is remembered (T1). */
  readonly #over = (): void => this.#ports.moving.handedOut(this.#noted.splice(0), this.#attempt.target);

  events(head?: Buffer): Source<Part> {
    const { attempt, target } = this.#attempt;
    const { status } = this.#answer;
    const source = new PassSource(this.#answer, dialectOf(target.protocol)!, this.#request.protocol.lift(attempt), attempt, {
      clock: this.#ports.clock,
      errorOf: (frame) => this.failureOf(frame, 'application/json') ?? new ModelFailure('unknown', IN_BAND, { status }),
      life: this.life,
      seen: this.#seen,
      over: this.#over,
      finishes: this.#request.choices,
      runs: this.#request.streams,
    });
    if (head) source.begin(head);
    return source;
  }

  whole(json: JsonObject, text: string): Source<Part> {
    const parts = this.#request.protocol.liftWhole(json, this.#attempt.attempt, text);
    parts.forEach(this.#seen);
    this.#over();
    return new WholeSource(this.#request.streams ? asStream(parts) : parts);
  }
}
