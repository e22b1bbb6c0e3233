import { factsOf, type Effort, type RequestFacts } from '@holdfast/core/engine';
import { mayHoldFiles } from './rules/may-hold-files.ts';
import { onlyHere } from './rules/only-here.ts';
import { textsIn } from './rules/texts-in.ts';
import type { WireRequest } from './wire-request.ts';

/** Bytes a token takes in a body of text, its JSON included; an estimate that `fit` allows 10 % for. */
const BYTES = 4;

/** What the plan must know of a client's request; what takes time is found out when it is first asked for. */
export class WireFacts implements RequestFacts {
  readonly #request: WireRequest;
  readonly #hash: (text: string) => string;
  #tokens: number | undefined;
  #prompt: string | undefined;
  #files: boolean | undefined;
  #decoded: RequestFacts | undefined;

  constructor(request: WireRequest, hash: (text: string) => string) {
    this.#request = request;
    this.#hash = hash;
  }

  get #slow(): RequestFacts {
    return (this.#decoded ??= factsOf(this.#request.options, this.#hash));
  }

  get #mayHoldFiles(): boolean {
    return (this.#files ??= mayHoldFiles(this.#request.body.json));
  }

  get tokens(): number {
    return (this.#tokens ??= this.#mayHoldFiles ? this.#slow.tokens : Math.ceil(this.#request.body.bytes.length / BYTES));
  }

  get maxTokens(): number | undefined {
    return this.#request.facts.maxTokens;
  }

  get images(): boolean {
    return this.#mayHoldFiles && this.#slow.images;
  }

  get effort(): Effort | undefined {
    return this.#request.facts.effort === 'unclear' ? this.#slow.effort : this.#request.facts.effort;
  }

  get only(): RequestFacts['only'] {
    const { body, protocol } = this.#request;
    const reason = onlyHere(protocol.name, body.json);
    return reason === undefined ? undefined : { protocol: protocol.name, reason };
  }

  get stops(): boolean {
    return this.#request.facts.stops.length > 0;
  }

  get afterTool(): boolean {
    return this.#request.facts.afterTool;
  }

  get prompt(): string {
    return (this.#prompt ??= this.#hash(this.#request.body.bytes.toString('latin1')));
  }

  get text(): string {
    return textsIn(this.#request.body.json).join('\n');
  }

  get replayable(): boolean {
    return this.#request.facts.plain || this.#slow.replayable;
  }
}
