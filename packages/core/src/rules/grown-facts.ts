import type { RequestFacts } from './target.ts';

/** The facts of a request to which an answer's beginning was added: larger by `more` tokens, with `left` tokens to say the rest. */
export class GrownFacts implements RequestFacts {
  readonly maxTokens: number | undefined;
  readonly #facts: RequestFacts;
  readonly #more: number;

  constructor(facts: RequestFacts, more: number, left: number | undefined) {
    this.#facts = facts;
    this.#more = more;
    this.maxTokens = left;
  }

  get tokens(): number {
    return this.#facts.tokens + this.#more;
  }

  get images(): boolean {
    return this.#facts.images;
  }

  get effort(): RequestFacts['effort'] {
    return this.#facts.effort;
  }

  get only(): RequestFacts['only'] {
    return this.#facts.only;
  }

  get stops(): boolean {
    return this.#facts.stops;
  }

  get afterTool(): boolean {
    return this.#facts.afterTool;
  }

  get prompt(): string {
    return this.#facts.prompt;
  }

  get text(): string {
    return this.#facts.text ?? '';
  }

  get timeouts(): RequestFacts['timeouts'] {
    return this.#facts.timeouts;
  }

  get replayable(): boolean {
    return this.#facts.replayable;
  }
}
