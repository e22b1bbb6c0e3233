import type { Clock, Random } from '@holdfast/core';
import type { JsonObject, WireProtocol } from '@holdfast/core/wire';
import type { Prepared } from '../gateway-ports.ts';
import { SqliteResponses } from '../io/responses-sqlite.ts';
import type { RequestBody } from '../ports.ts';
import { failOpenResponses, lookUp, type ResponsesStore } from './responses-store.ts';
import { expand, toKeep } from '../rules/expand.ts';

export interface KeptAnswersPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** The state folder. */
  readonly state: string;
  readonly say: (line: string) => void;
  /** Bytes of a body, and so of what it may refer to. */
  readonly most: () => number;
  /** Ms for which answers are kept; undefined: none is. Asked at every request. */
  readonly keep: () => number | undefined;
}

/** Answers that a client may go on from by their id (field note 19): opened when the file first asks for it. */
export class KeptAnswers {
  readonly #ports: KeptAnswersPorts;
  readonly #stores = new Map<number, ResponsesStore>();

  constructor(ports: KeptAnswersPorts) {
    this.#ports = ports;
  }

  get store(): ResponsesStore | undefined {
    const { keep, most, clock, random, state, say } = this.#ports;
    const ms = keep();
    if (ms === undefined) return undefined;
    const known =
      this.#stores.get(ms) ?? failOpenResponses(new SqliteResponses({ folder: state, clock, random, keep: ms, most: most(), say }), say);
    this.#stores.set(ms, known);
    return known;
  }

  /** The request with all of its input, and what becomes of its answer. Throws `BadRequest` where it names what is not known. */
  async prepare({ name }: WireProtocol, body: RequestBody, caller: string): Promise<Prepared> {
    if (name !== 'openai-responses') return { body };
    const { store } = this;
    const found = await lookUp(store, caller, body.json);
    const changes = expand(body.json, found, this.#ports.most());
    const whole = changes.input === undefined ? body : expanded(body, changes);
    if (!store || body.json['store'] === false) return { body: whole };
    return {
      body: whole,
      kept: (answer: JsonObject) => {
        const kept = toKeep(body.json, answer, found, this.#ports.clock.now());
        if (kept) void store.save(caller, kept);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#stores.values()].map((store) => store.close()));
  }
}

/** Its bytes are those of the whole: what is estimated, hashed and looked for in them is all of what is asked. Made when they are first needed. */
function expanded(body: RequestBody, changes: Readonly<Record<string, unknown>>): RequestBody {
  let bytes: Buffer | undefined;
  return {
    get bytes() {
      return (bytes ??= body.with(changes));
    },
    json: { ...body.json, ...(changes as JsonObject) },
    with: (more) => body.with({ ...changes, ...more }),
  };
}
