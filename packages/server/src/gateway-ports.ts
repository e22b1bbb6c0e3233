import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@holdfast/core';
import type { ModelFailure } from '@holdfast/core/engine';
import type { ClientError, JsonObject, WireProtocol } from '@holdfast/core/wire';
import type { WireChain } from './chains.ts';
import type { Holder, RequestBody } from './ports.ts';
import type { Admission } from './operations/rate-limits.ts';
import type { Forwarded } from './wire-request.ts';

/** A client's request as it is asked, and what is to become of its answer. */
export interface Prepared {
  readonly body: RequestBody;
  /** Told the whole answer when it is over: it can be asked for again (note 19). */
  readonly kept?: (answer: JsonObject) => void;
}

/** Whose call it is, to budgets. */
export interface Spender {
  readonly id: string;
  readonly caller: string | undefined;
  readonly run: string | undefined;
}

export interface GatewayPorts {
  readonly clock: Clock;
  readonly hash: (text: string) => string;
  /** The chain that the client's `model` means for this holder, if its budgets bear it; rejects with a `Refusal`. */
  readonly chainFor: (model: string, holder: Holder, spender: Spender) => Promise<WireChain>;
  /** What goes on to a provider of the client's protocol. */
  readonly forwarded: (protocol: WireProtocol, headers: IncomingHttpHeaders, query: URLSearchParams) => Forwarded;
  /** Lets a call begin; undefined: its holder has no limits. Rejects with a `Refusal`. */
  readonly admit: (holder: Holder, tokens: number) => Promise<Admission> | undefined;
  readonly errorOf: (failure: ModelFailure, protocol: WireProtocol, of: ErrorFacts) => ClientError;
  readonly answerHeaders: (of: AnswerHead) => Readonly<Record<string, string>>;
  /** Stored answers are put into a request that refers to them. */
  readonly prepare: (protocol: WireProtocol, body: RequestBody, caller: string) => Promise<Prepared> | Prepared;
  readonly settings: () => GatewaySettings;
}

export interface ErrorFacts {
  /** How often the client has sent this request again. */
  readonly retries: number;
  /** Absent: nobody could be asked at all. */
  readonly chain?: WireChain;
  readonly tokens?: number;
}

export interface AnswerHead {
  readonly call: string;
  readonly ref: string | undefined;
  readonly stream: boolean;
}

/** Durations in ms. */
export interface GatewaySettings {
  readonly headAfter: number;
  readonly keepAlive: number;
  /** Blanks are sent before a whole answer, so that proxies see life. */
  readonly jsonKeepAlive: boolean;
}
