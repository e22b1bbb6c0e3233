import { NEVER, SideDatabase, type Clock, type Random } from '@holdfast/core/engine';
import type { JsonObject } from '@holdfast/core/wire';
import { MemoryResponses, SPARE } from '../responses/responses-memory.ts';
import type { ResponsesStore } from '../responses/responses-store.ts';
import { tooMuch } from '../rules/expand.ts';
import { referable, type KeptResponse } from '../rules/kept-response.ts';
import { prepare, swept, type Row, type Verbs } from './responses-schema.ts';

export interface SqliteResponsesOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now' | 'mono' | 'sleep'>;
  readonly random: Random;
  /** Ms for which a response is kept after it was last gone on from. */
  readonly keep: number;
  /** Characters that one request may refer to: a client cannot send more at once by naming what it sent before. */
  readonly most?: number;
  /** Told once when nothing can be kept in the folder, and why. */
  readonly say: (line: string) => void;
}

/** Ms for which a verb waits for other processes that write. */
const PATIENCE = 1_000;
/** Ms between two looks for what is old. */
const SWEEP = 10 * 60_000;

/**
 * Responses, shared by every process of a state folder: `responses.db`, readable by its owner only. While the folder cannot be used they
 * are kept in memory, and that is said once.
 */
export class SqliteResponses implements ResponsesStore {
  readonly #options: SqliteResponsesOptions;
  readonly #database: SideDatabase<Verbs>;
  readonly #memory: MemoryResponses;
  #swept: number;

  constructor(options: SqliteResponsesOptions) {
    const { folder, clock, say } = options;
    this.#options = options;
    this.#memory = new MemoryResponses(options);
    this.#swept = clock.now();
    const gone = (why: string): void => say(`responses are kept in memory and not in ${folder} now: ${why}`);
    this.#database = new SideDatabase({ folder, file: 'responses.db', clock, prepare, say: gone });
  }

  async save(caller: string, kept: KeptResponse): Promise<void> {
    const now = this.#options.clock.now();
    const until = now + this.#options.keep;
    const isSweep = Math.abs(now - this.#swept) >= SWEEP;
    if (isSweep) this.#swept = now;
    const saved = await this.#run((verbs) => {
      inOne(verbs, () => {
        verbs.save.run(caller, kept.id, kept.previous ?? null, kept.at, until, JSON.stringify(kept.input), JSON.stringify(kept.response));
        verbs.refer.run(caller, kept.id, JSON.stringify([...referable(kept).keys()]));
        if (kept.previous !== undefined) verbs.renew.run(caller, kept.previous, until, until + SPARE);
        if (isSweep) swept(verbs, now);
      });
      return true;
    });
    if (saved !== true) this.#memory.save(caller, kept);
  }

  async get(caller: string, id: string): Promise<KeptResponse | undefined> {
    const row = await this.#run((verbs) => verbs.get.get(caller, id, this.#options.clock.now()) as Row | undefined);
    return row ? keptOf(row) : this.#memory.get(caller, id);
  }

  async chain(caller: string, id: string): Promise<readonly KeptResponse[] | undefined> {
    const of = [caller, id, this.#options.clock.now()] as const;
    const rows = await this.#rows(
      ({ chainSize }) => chainSize.get(...of),
      ({ chain }) => chain.all(...of),
      'previous_response_id',
    );
    if (rows?.[0]?.previous === null) return rows.map(keptOf);
    // Some of it may be kept in memory, from when the database was gone.
    const found: KeptResponse[] = [];
    for (let wanted: string | undefined = id; wanted !== undefined;) {
      const one: KeptResponse | undefined = await this.get(caller, wanted);
      if (!one || found.some((known) => known.id === one.id)) return undefined;
      found.push(one);
      wanted = one.previous;
    }
    return found.toReversed();
  }

  async items(caller: string, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
    const wanted = new Set(ids);
    const found = new Map(this.#memory.items(caller, ids));
    const of = [caller, JSON.stringify(ids), this.#options.clock.now()] as const;
    const rows = await this.#rows(
      ({ holdersSize }) => holdersSize.get(...of),
      ({ holders }) => holders.all(...of),
      'input',
    );
    for (const row of rows ?? []) for (const [id, item] of referable(keptOf(row))) if (wanted.has(id)) found.set(id, item);
    return found;
  }

  async delete(caller: string, id: string): Promise<boolean> {
    const now = this.#options.clock.now();
    const known = this.#memory.delete(caller, id);
    const removed = await this.#run((verbs) => {
      let isThere = false;
      inOne(verbs, () => {
        isThere = verbs.get.get(caller, id, now) !== undefined;
        verbs.unrefer.run(caller, id);
        verbs.remove.run(caller, id);
      });
      return isThere;
    });
    return known || removed === true;
  }

  close(): void {
    this.#database.close();
  }

  /** The rows, if they are not more than a request may refer to. */
  async #rows(
    size: (verbs: Verbs) => unknown,
    all: (verbs: Verbs) => readonly unknown[],
    param: string,
  ): Promise<readonly Row[] | undefined> {
    const { most = Infinity } = this.#options;
    const rows = await this.#run((verbs) => (Number((size(verbs) as { size: number | null }).size ?? 0) > most ? 'too much' : all(verbs)));
    if (rows === 'too much') throw tooMuch(param);
    return rows as readonly Row[] | undefined;
  }

  /** Undefined: the database is gone, or others wrote for as long as we wait. */
  async #run<R>(verb: (verbs: Verbs) => R): Promise<R | undefined> {
    const { clock, random } = this.#options;
    const end = clock.mono() + PATIENCE;
    for (;;) {
      const answer = this.#database.run<{ readonly value: R | undefined }>(
        (verbs) => ({ value: verb(verbs) }),
        () => ({ value: undefined }),
      );
      if (answer) return answer.value;
      if (clock.mono() >= end) return undefined;
      await clock.sleep(2 + 6 * random(), NEVER);
    }
  }
}

/** All or nothing, also for a process that is killed in the middle. */
function inOne({ database }: Verbs, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

const keptOf = ({ id, previous, at, input, response }: Row): KeptResponse => ({
  id,
  at,
  input: JSON.parse(input) as JsonObject[],
  response: JSON.parse(response) as JsonObject,
  ...(previous !== null && { previous }),
});
