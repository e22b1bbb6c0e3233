import type { Ask, Model, ModelOptions, Part, Wrap } from './model.ts';
import { refuse } from './option-checks.ts';
import { jsonAbility } from './rules/object/abilities.data.ts';
import { inMode, modeOf, type ObjectMode } from './rules/object/mode.ts';
import { SCHEMA_MODE_REFUSED, SCHEMA_REFUSED } from './rules/object/refused.ts';
import { schemaProblem } from './rules/object/schema-read.ts';
import { ToolAnswer } from './rules/object/tool-answer.ts';
import type { Target } from './rules/target.ts';
import { END, type End, type Source } from './source.ts';

/** The mode that a request asks for itself: `providerOptions.holdfast.objectMode`. */
const wishOf = ({ providerOptions }: ModelOptions): ObjectMode | undefined =>
  providerOptions?.['holdfast']?.['objectMode'] as ObjectMode | undefined;

/**
 * Below the chain, once per target: each target is asked for JSON in the way that it can (B3.2).
 *
 * O1. A request that asks for no JSON passes untouched.
 * O2. A schema that this target refused is said in words from then on; one that refused the mode is asked natively no more (T3).
 */
export function withObjectMode(): Wrap<ModelOptions, Part> {
  let refusedMode = false;
  const refused = new WeakSet<object>();
  const wishFor = (request: ModelOptions, repair: string | undefined): ObjectMode | undefined => {
    const schema = request.responseFormat?.type === 'json' ? request.responseFormat.schema : undefined;
    if (repair === SCHEMA_MODE_REFUSED) refusedMode = true;
    if (repair === SCHEMA_REFUSED && schema) refused.add(schema);
    return refusedMode || (schema && refused.has(schema)) ? 'instruction' : wishOf(request);
  };
  return (inner) => (request, attempt) => {
    if (request.responseFormat?.type !== 'json') return inner(request, attempt);
    const chosen = modeOf(attempt.target, request, wishFor(request, attempt.repair));
    const asked = inMode(request, chosen);
    return chosen.mode === 'tool' ? asText(inner, asked, attempt) : inner(asked, attempt);
  };
}

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
