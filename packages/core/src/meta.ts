import { follow } from './abort.ts';
import { isCallFailure } from './call-failure.ts';
import { given } from './call-wiring.ts';
import { systemClock, systemNewId } from './io/clock-system.ts';
import { recordLeft } from './left-records.ts';
import { MetaBooks, type MetaLimits } from './meta-books.ts';
import type { Model, ModelOptions } from './model.ts';
import { chainOf, generateWith, promptOf, type Generated, type GenerateOptions, type PlainMessage } from './object.ts';
import type { ObjectOf, ObjectSchema } from './object-type.ts';
import { count, known, oneOf, refuse } from './option-checks.ts';
import { isModelOutputError, ModelOutputError } from './output-error.ts';
import type { Clock, NewId } from './ports.ts';
import { ModelFailure } from './rules/failure.ts';
import { allowed } from './rules/meta/allow.ts';
import { joinRecords } from './rules/meta/join-records.ts';
import type { RunLedger } from './rules/meta/run-ledger.ts';
import { mayReask, reaskText, shownAgain } from './rules/object/reask.ts';
import type { CallRecord } from './rules/record.ts';
import { EFFORTS, type Effort } from './rules/target.ts';

/** Everything but `models` and `allow` is optional. */
export interface MetaOptions {
  /** Models by name, or who looks one up: `(name) => tiers.model(name)`. */
  readonly models: Readonly<Record<string, Model>> | ((name: string) => Model | undefined);
  /** The names that may be asked; an empty list: none. A `provider/model` may be asked only where it is listed itself. */
  readonly allow: readonly string[];
  /** The highest effort that may be asked for, as in `fast:high`; by default none may. */
  readonly maxEffort?: Effort;
  /** How often a model is shown its mistake and asked again; default 2. */
  readonly retries?: number;
  /** Of each run. */
  readonly limits?: MetaLimits;
  /** `allow`: under `maxUsd`, models without a known price may be asked. Default `refuse`. */
  readonly unpriced?: 'allow' | 'refuse';
  /** Told once of each meta call, whatever became of it: one record, which sums up every request made for it. What it throws is dropped. */
  readonly record?: (record: CallRecord) => void;
  readonly clock?: Clock;
  readonly newId?: NewId;
}

/** Whose calls they are. `depth`: how many meta calls they are within; 0 for a tool's own. */
export interface MetaWho {
  readonly run: string;
  readonly tool?: string;
  readonly caller?: string;
}

/** As for `generateWith`, the model by its name. */
export interface MetaCall<S extends ObjectSchema> extends Omit<GenerateOptions<S>, 'model'> {
  readonly model: string;
}

/** The calls that one tool of a run may make. */
export interface MetaScope {
  /** One object, typed and checked; the model is shown its mistakes. */
  generate<const S extends ObjectSchema>(call: MetaCall<S>): Promise<Generated<ObjectOf<S>>>;
  /** For a tool that was called within one of these calls. */
  deeper(tool?: string): MetaScope;
}

export interface MetaCalls {
  for(who: MetaWho): MetaScope;
  /** What the calls of a run have come to so far. */
  ledger(run: string): RunLedger;
  /** The run is over: its ledger is answered and forgotten. */
  end(run: string): RunLedger;
}

const where = (option: string): string => `metaCalls({ ${option} })`;
const NAMES: readonly (keyof MetaOptions)[] = ['models', 'allow', 'maxEffort', 'retries', 'limits', 'unpriced', 'record', 'clock', 'newId'];

/**
 * Model calls that tools and agents make for themselves, kept within what the host allows: a list of names, limits of each run, a ledger that
 * outlives failures. A call that is not allowed rejects with a `ModelFailure` (`access-denied`, code `not-allowed`) or a `BudgetExceeded`, and
 * nobody is asked. What else goes wrong is as for `generateWith`. Throws a `ModelFailure` (`bad-request`) for a wrong option.
 */
export function metaCalls(options: MetaOptions): MetaCalls {
  given(options, 'metaCalls()', "metaCalls({ models: { fast: model }, allow: ['fast'] })");
  known(options, NAMES, where);
  if (!Array.isArray(options.allow)) return refuse(where('allow'), 'must be a list of names; an empty one allows nothing');
  if (typeof options.models !== 'function' && (typeof options.models !== 'object' || options.models === null))
    return refuse(where('models'), 'must be models by name, or a function that looks one up');
  oneOf(where('maxEffort'), options.maxEffort, EFFORTS);
  oneOf(where('unpriced'), options.unpriced, ['allow', 'refuse']);
  const retries = count(where('retries'), options.retries, 0) ?? 2;
  const { clock = systemClock, newId = systemNewId } = options;
  const books = new MetaBooks(options.limits ?? {}, options.unpriced === 'allow', { clock, newId }, where);
  const scope = (who: MetaWho, depth: number): MetaScope => ({
    generate: (call) => new MetaRun(options, books, who, retries).generate(call, depth),
    deeper: (tool) => scope(tool === undefined ? who : { ...who, tool }, depth + 1),
  });
  return {
    for: (who) => (typeof who?.run === 'string' && who.run !== '' ? scope(who, 0) : refuse('metaCalls().for({ run })', 'must be a text')),
    ledger: (run) => books.ledger(run),
    end: (run) => books.end(run),
  };
}

/** One meta call. */
class MetaRun {
  readonly #options: MetaOptions;
  readonly #books: MetaBooks;
  readonly #who: MetaWho;
  readonly #retries: number;
  readonly #records: CallRecord[] = [];

  constructor(options: MetaOptions, books: MetaBooks, who: MetaWho, retries: number) {
    this.#options = options;
    this.#books = books;
    this.#who = who;
    this.#retries = retries;
  }

  async generate<S extends ObjectSchema>(call: MetaCall<S>, depth: number): Promise<Generated<ObjectOf<S>>> {
    const { model: ref, prompt, messages, system, reasoning, ...rest } = call;
    const found = allowed(ref, this.#options, reasoning);
    if ('refused' in found) throw new ModelFailure('access-denied', `this call may not be made: ${found.refused}`, { code: 'not-allowed' });
    const model = chainOf(this.#model(found.name));
    const { run, tool, caller } = this.#who;
    const labels = { run, ...(tool !== undefined && { tool }), ...(caller !== undefined && { caller }) };
    const providerOptions = { ...rest.providerOptions, holdfast: { ...rest.providerOptions?.['holdfast'], ...labels } };
    const account = this.#books.open(run, found.name, tool, depth);
    let said: readonly PlainMessage[] = promptOf({ prompt, messages, system });
    try {
      for (let left = this.#retries; ; left--) {
        // A signal of its own: what is known of a call that was left lies beside it.
        using own = rest.signal && follow(rest.signal);
        const labelled = { ...rest, model, messages: said, providerOptions, ...(own && { signal: own.signal }) };
        const asked = { ...labelled, ...(found.effort !== undefined && { reasoning: found.effort }) };
        await account.hold(model, asked as unknown as ModelOptions & { readonly messages: typeof said }, this.#records);
        try {
          const answer = await generateWith<S>(asked as GenerateOptions<S>);
          this.#keep(answer.record);
          return { ...answer, record: joinRecords(this.#records) };
        } catch (error) {
          this.#keep(recordLeft(own?.signal));
          said = [...said, ...this.#again(error, left)];
        }
      }
    } finally {
      account.close(this.#records);
      this.#tell();
    }
  }

  #model(name: string): Model {
    const { models } = this.#options;
    const model = typeof models === 'function' ? models(name) : Object.hasOwn(models, name) ? models[name] : undefined;
    if (model) return model;
    const names = typeof models === 'function' ? '' : `; there are ${Object.keys(models).join(', ') || 'none'}`;
    return refuse(where('models'), `has no "${name}", which is allowed${names}`);
  }

  /** What the model is told of its mistake; throws what is none, or the last one with all that was paid. */
  #again(error: unknown, left: number): readonly PlainMessage[] {
    if (isCallFailure(error)) this.#keep(error.record);
    if (!isModelOutputError(error)) throw error;
    this.#keep(error.record);
    const { kind, rawText, issues } = error;
    if (left <= 0 || !mayReask(kind)) throw new ModelOutputError(kind, rawText, issues, joinRecords(this.#records), error.cause);
    const shown: PlainMessage[] = rawText.trim() === '' ? [] : [{ role: 'assistant', content: shownAgain(rawText) }];
    return [...shown, { role: 'user', content: reaskText(kind, issues) }];
  }

  #keep(record: CallRecord | undefined): void {
    if (record) this.#records.push(record);
  }

  #tell(): void {
    const record = joinRecords(this.#records);
    if (!record) return;
    try {
      this.#options.record?.(record);
    } catch {
      // Its own business: nobody here could be told.
    }
  }
}
