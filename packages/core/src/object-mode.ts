import type { Ask, Attempt, Model, ModelOptions, Part, Wrap } from './model.ts';
import { refuse } from './option-checks.ts';
import { jsonAbility } from './rules/object/abilities.data.ts';
import { inMode, modeOf, type ChosenMode, type ObjectMode } from './rules/object/mode.ts';
import { SCHEMA_MODE_REFUSED, SCHEMA_REFUSED } from './rules/object/refused.ts';
import { schemaProblem } from './rules/object/schema-read.ts';
import { ToolAnswer } from './rules/object/tool-answer.ts';
import type { Target } from './rules/target.ts';
import { END, type End, type Source } from './source.ts';

/** The mode that a request asks for itself: `providerOptions.holdfast.objectMode`. */
const wishOf = ({ providerOptions }: ModelOptions): ObjectMode | undefined =>
  providerOptions?.['holdfast']?.['objectMode'] as ObjectMode | undefined;

/** What one target has refused so far. */
class Refused {
  readonly #modes = new Set<ObjectMode>();
  readonly #schemas = new WeakSet<object>();
  #json = false;

  /** How the target is asked next, after `repair` where it has just refused. */
  mode(request: ModelOptions, { target, repair }: Pick<Attempt, 'target' | 'repair'>): ChosenMode {
    const schema = schemaOf(request);
    if (repair === SCHEMA_MODE_REFUSED) {
      const { mode, json } = this.#chosen(request, target);
      this.#modes.add(mode);
      this.#json ||= json || (mode === 'native' && schema === undefined);
    }
    if (repair === SCHEMA_REFUSED && schema) this.#schemas.add(schema);
    return this.#chosen(request, target);
  }

  #chosen(request: ModelOptions, target: Target): ChosenMode {
    const schema = schemaOf(request);
    const chosen = modeOf(target, request, wishOf(request));
    const known = this.#modes.has(chosen.mode) || (schema && this.#schemas.has(schema));
    const asked = known ? modeOf(target, request, 'instruction') : chosen;
    return this.#json && asked.json ? { ...asked, json: false } : asked;
  }
}

const schemaOf = ({ responseFormat }: ModelOptions): object | undefined =>
  responseFormat?.type === 'json' ? responseFormat.schema : undefined;

/**
 * Below the chain, once per target: each target is asked for JSON in the way that it can (B3.2).
 *
 * O1. A request that asks for no JSON passes untouched.
 * O2. A schema that this target refused is said in words from then on, and so is one for which it refused the mode; other modes stay (T3).
 */
export function withObjectMode(): Wrap<ModelOptions, Part> {
  const refused = new Refused();
  return (inner) => (request, attempt) => {
    if (request.responseFormat?.type !== 'json') return inner(request, attempt);
    const chosen = refused.mode(request, attempt);
    attempt.mends = (repair) => (repair === SCHEMA_MODE_REFUSED || repair === SCHEMA_REFUSED) && !isInWords(chosen);
    const asked = inMode(request, chosen);
    return chosen.mode === 'tool' ? asText(inner, asked, attempt) : inner(asked, attempt);
  };
}

/** Nothing of a schema or of a mode is left to refuse. */
const isInWords = ({ mode, json }: ChosenMode): boolean => mode === 'instruction' && !json;

type Asking = Parameters<Ask<ModelOptions, Part>>;

async function asText(inner: Ask<ModelOptions, Part>, request: Asking[0], attempt: Asking[1]): Promise<Source<Part>> {
  const source = await inner(request, attempt);
  const answer = new ToolAnswer();
  const queue: Part[] = [];
  return {
    async next(): Promise<Part | End> {
      for (;;) {
        const waiting = queue.shift();
        if (waiting) return waiting;
        const part = await source.next();
        if (part === END) return END;
        queue.push(...answer.take(part));
      }
    },
    cancel: (reason) => source.cancel(reason),
  };
}

/** Schemas that were looked at: they come with every call. */
const known = new WeakSet<object>();

/** Throws a `ModelFailure` (`bad-request`, code `bad-option`) for a schema that is none: nobody is asked then. */
export function checkFormat({ responseFormat }: ModelOptions): void {
  if (responseFormat?.type !== 'json' || responseFormat.schema === undefined) return;
  checkSchema('responseFormat.schema', responseFormat.schema);
}

export function checkSchema(where: string, schema: unknown): void {
  const isKnown = typeof schema === 'object' && schema !== null;
  if (isKnown && known.has(schema)) return;
  const problem = schemaProblem(schema);
  if (problem !== undefined) refuse(where, problem);
  if (isKnown) known.add(schema);
}

/** How a package's model gives JSON: by vendor and id; one that says it drops schemas is believed. */
export function libraryJson(model: Model): Pick<Target, 'json'> {
  const known = jsonAbility(/^[a-z]+/i.exec(model.provider)?.[0] ?? '', model.modelId);
  const drops = (model as { readonly supportsStructuredOutputs?: unknown }).supportsStructuredOutputs === false;
  const json = drops ? { json: true, ...known, schema: false } : known;
  return json ? { json } : {};
}
