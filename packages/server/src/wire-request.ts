import { optionsContinuer, type Cut, type ModelOptions, type Target, type Way } from '@holdfast/core/engine';
import type { WireProtocol } from '@holdfast/core/wire';
import type { RequestBody } from './ports.ts';
import { bodyFacts, type BodyFacts } from './rules/body-facts.ts';

/** What of the client's HTTP request goes on to a provider of its own protocol. */
export interface Forwarded {
  readonly headers: Readonly<Record<string, string>>;
  /** With its question mark, or ''. */
  readonly query: string;
}

/** An answer that was cut, and the way in which somebody is asked to go on with it. */
export interface GoingOn {
  readonly cut: Cut;
  readonly way: Way;
}

/**
 * A client's request on its way through a chain. A target of its own protocol is sent the bytes as they came; for any other it is read, once, and
 * only then.
 */
export class WireRequest {
  readonly protocol: WireProtocol;
  readonly body: RequestBody;
  readonly forwarded: Forwarded;
  /** The client reads a stream. */
  readonly streams: boolean;
  readonly goingOn: GoingOn | undefined;
  /** E4: the effort to ask for instead of the client's own. */
  readonly lowered: ModelOptions['reasoning'];
  #options: ModelOptions | undefined;
  #facts: BodyFacts | undefined;

  constructor(protocol: WireProtocol, body: RequestBody, forwarded: Forwarded, streams: boolean, more: KnownRequest = {}) {
    this.protocol = protocol;
    this.body = body;
    this.forwarded = forwarded;
    this.streams = streams;
    this.goingOn = more.goingOn;
    this.lowered = more.lowered;
    this.#options = more.options;
    this.#facts = more.facts;
  }

  /** Asked by everybody on the way: read once. */
  get facts(): BodyFacts {
    return (this.#facts ??= bodyFacts(this.protocol.name, this.body.json));
  }

  /** Answers that are asked for in one. */
  get choices(): number {
    const { n } = this.body.json;
    return this.protocol.name === 'openai-chat' && typeof n === 'number' ? Math.max(1, n) : 1;
  }

  /** The request in the AI SDK's words, as the client made it. */
  get options(): ModelOptions {
    return (this.#options ??= this.protocol.decode(this.body.json));
  }

  /** The same, as `target` is to be asked. */
  optionsFor(target: Target): ModelOptions {
    const asked = this.lowered === undefined ? this.options : { ...this.options, reasoning: this.lowered };
    return this.goingOn ? optionsContinuer.ask(asked, this.goingOn.cut, this.goingOn.way, target) : asked;
  }

  with(changes: RequestChanges): WireRequest {
    const { protocol, body, forwarded, streams, goingOn, lowered, facts } = this;
    const kept = { ...(goingOn && { goingOn }), lowered, ...(this.#options && { options: this.#options }) };
    return new WireRequest(protocol, body, forwarded, streams, { ...kept, ...changes, facts });
  }
}

interface KnownRequest extends RequestChanges {
  readonly facts?: BodyFacts;
}

export interface RequestChanges {
  readonly goingOn?: GoingOn;
  readonly lowered?: ModelOptions['reasoning'];
  readonly options?: ModelOptions;
}
