import type { SharedV4Warning } from '@ai-sdk/provider';
import type { Attempt, ModelOptions, Part } from '../model.ts';
import type { Moving } from '../moving.ts';
import type { Target } from '../rules/target.ts';
import { wantsOf } from '../rules/transcript/families.ts';
import { ofThought, opaqueValues } from '../rules/transcript/opaque.ts';
import type { ProjectionTarget } from '../rules/transcript/origin.ts';
import { Projections, type Projected } from '../rules/transcript/projector.ts';
import { isMadeAbove, learntOf, unsignedFrom } from '../rules/transcript/repair-names.ts';
import { requestAfter, wantsAfter } from '../rules/transcript/repairs.ts';
import { fitRequest, type Fitted } from '../rules/transcript/request.ts';
import { ownNames } from '../rules/transcript/tool-names.ts';
import { wirePlace } from '../rules/transcript/wire-place.ts';
import type { Wants } from '../rules/transcript/wants.ts';
import { dialectOf } from './dialects.ts';

/** A request as the vendor's package must get it, and what becomes of the answer. */
export interface FittedRequest {
  readonly options: ModelOptions;
  /** `seen` wants the pieces of reasoning too: nothing else tells whose it is. */
  readonly hearsReasoning: boolean;
  /** Called for every part that is no plain piece of text, before it is handed on. */
  seen(part: Part): Part;
  /** The target has taken the request: what was repaired for it is remembered (T3). */
  taken(): void;
  /** The answer is over: who made what was handed out is remembered (T1). */
  over(): void;
}

const NONE: readonly string[] = [];

/** Makes requests fit one target, call after call: the projection of a conversation grows with it. */
export class Fitting {
  readonly #projections = new Projections();
  readonly #moving: Moving | undefined;
  #plain: { readonly target: Target; readonly at: ProjectionTarget; readonly scope: string } | undefined;

  constructor(moving?: Moving) {
    this.#moving = moving;
  }

  /** At once where nothing has to be fetched: most calls do not wait. */
  fit(request: ModelOptions, attempt: Pick<Attempt, 'target' | 'repair' | 'repaired'>): FittedRequest | Promise<FittedRequest> {
    const plain = this.#plain?.target === attempt.target ? this.#plain : undefined;
    const learnt = this.#moving?.repairsAt(plain?.scope ?? scopeOf(attempt.target)) ?? NONE;
    const waits = this.#moving?.ready(request.prompt);
    if (!(learnt instanceof Promise) && !waits) return this.#fitted(request, attempt, learnt);
    return Promise.all([learnt, waits]).then(([known]) => this.#fitted(request, attempt, known));
  }

  /** Whether a repair changes what is sent; one that does not is no reason to ask again. Tried aside: nothing is decided by it. */
  mends(request: ModelOptions, target: Target, repair: string): boolean {
    if (isMadeAbove(repair) || (repair === 'prefill' && request.prompt.at(-1)?.role === 'assistant')) return true;
    const learnt = this.#moving?.repairsAt(scopeOf(target)) ?? NONE;
    const known = learnt instanceof Promise ? NONE : learnt;
    const aside = new Projections();
    const sent = (asked: readonly string[]): string =>
      JSON.stringify(this.#made({ request, target, known, asked }, aside).options, withoutBytes);
    return sent(NONE) !== sent([repair]);
  }

  #fitted(request: ModelOptions, attempt: Pick<Attempt, 'target' | 'repair' | 'repaired'>, known: readonly string[]): FittedRequest {
    const { target, repair, repaired = NONE } = attempt;
    const asked = repair === undefined ? repaired : [...repaired, repair];
    const { options, warnings, wants } = this.#made({ request, target, known, asked }, this.#projections);
    const names = request.tools || request.toolChoice ? ownNames(toolNames(request), wants.toolNames) : undefined;
    const effort = effortOf(request, target);
    const learn = asked.length === 0 ? NONE : asked.flatMap((one) => learntOf(one, effort));
    return answering(options, { warnings, names, moving: this.#moving, target, learn });
  }

  #made({ request, target, known, asked }: Making, projections: Projections): Fitted & { readonly wants: Wants } {
    const repairs = asked.length === 0 ? known : [...new Set([...known, ...asked])];
    const at = this.#at(target, repairs);
    const projected = project(request.prompt, at, { known, asked }, projections);
    const { options, warnings } = fitRequest(requestAfter(prepare(request, projected.prompt, target), repairs), at, projected.marks);
    return { options: dialectOf(target.protocol)?.options?.(options, target.model) ?? options, warnings, wants: at.wants };
  }

  /** The target with what it wants after these repairs: the same object while neither changes. */
  #at(target: Target, repairs: readonly string[]): ProjectionTarget {
    if (repairs.length === 0 && this.#plain?.target === target) return this.#plain.at;
    const madeBy = this.#moving?.keepsMakers === true ? { madeBy: this.#moving.madeBy } : {};
    const at: ProjectionTarget = { ...target, wants: wantsAfter(wantsOf(target), repairs), ...madeBy };
    if (repairs.length === 0) this.#plain = { target, at, scope: scopeOf(target) };
    return at;
  }
}

interface Making {
  readonly request: ModelOptions;
  readonly target: Target;
  readonly known: readonly string[];
  readonly asked: readonly string[];
}

function project(
  prompt: ModelOptions['prompt'],
  at: ProjectionTarget,
  { known, asked }: Pick<Making, 'known' | 'asked'>,
  projections: Projections,
): Projected {
  const before = asked.length > 0 ? projections.project(prompt, { ...at, wants: wantsAfter(wantsOf(at), known) }) : undefined;
  const now = projections.project(prompt, at);
  const from = before && unsignedBy(before, now, asked, at);
  if (from === undefined) return now;
  projections.refuse(prompt, at, [from, prompt.length]);
  return projections.project(prompt, at);
}

/** Files are what they were: their length is enough. */
function withoutBytes(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key];
  return raw instanceof Uint8Array ? raw.length : value;
}

const scopeOf = ({ entry, model }: Target): string => `${entry}/${model}`;

/** The place from which on signatures are left out: named by the vendor, or the first that a repair has rewritten (T2). */
function unsignedBy(before: Projected, now: Projected, asked: readonly string[], target: ProjectionTarget): number | undefined {
  const wire = asked.map(unsignedFrom).find((one) => one !== undefined);
  if (wire !== undefined) return wirePlace(before, wire, target.protocol);
  const rewritten = before.prompt.findIndex((message, at) => JSON.stringify(message) !== JSON.stringify(now.prompt[at]));
  return rewritten === -1 ? undefined : (now.places[rewritten] ?? 0);
}

const effortOf = ({ reasoning }: ModelOptions, { effort }: Target): ModelOptions['reasoning'] =>
  reasoning === 'provider-default' || reasoning === undefined ? effort : reasoning;

/** The request with its projected prompt and without what is ours; itself where nothing of that changes it. */
function prepare(request: ModelOptions, prompt: ModelOptions['prompt'], target: Target): ModelOptions {
  const reasoning = effortOf(request, target);
  if (prompt === request.prompt && reasoning === request.reasoning && request.providerOptions?.['holdfast'] === undefined) return request;
  const { holdfast: _, ...providerOptions } = request.providerOptions ?? {};
  return { ...request, prompt, ...(reasoning !== undefined && { reasoning }), ...(request.providerOptions && { providerOptions }) };
}

function* toolNames({ tools, toolChoice }: ModelOptions): Iterable<string> {
  for (const tool of tools ?? []) if (tool.type === 'function') yield tool.name;
  if (toolChoice?.type === 'tool') yield toolChoice.toolName;
}

interface Answering {
  readonly warnings: readonly SharedV4Warning[];
  readonly names: ReadonlyMap<string, string> | undefined;
  readonly moving: Moving | undefined;
  readonly target: Target;
  readonly learn: readonly string[];
}

function answering(options: ModelOptions, { warnings, names, moving, target, learn }: Answering): FittedRequest {
  const noted: Noted = { values: [] };
  const keeps = moving?.keepsMakers === true;
  return {
    options,
    hearsReasoning: keeps && (target.protocol === 'openai-chat' || target.protocol === 'other'),
    seen(part) {
      if (keeps) note(part, noted);
      if (warnings.length > 0 && part.type === 'stream-start') return { ...part, warnings: [...part.warnings, ...warnings] };
      if (names !== undefined && 'toolName' in part) return { ...part, toolName: names.get(part.toolName) ?? part.toolName };
      return part;
    },
    taken: () => learn.forEach((repair) => moving?.learn(scopeOf(target), repair)),
    over: () => moving?.handedOut(noted.values.splice(0), target),
  };
}

/** What names the blocks of an answer; the pieces of its reasoning by block, once there are some. */
interface Noted {
  readonly values: string[];
  thoughts?: Map<string, string[]>;
}

/** By what a block will be known when it comes back. */
function note(part: Part, noted: Noted): void {
  const { values } = noted;
  if (part.type === 'finish' || part.type === 'response-metadata') return;
  if ('providerMetadata' in part) values.push(...opaqueValues(part.providerMetadata));
  if (part.type === 'reasoning-delta') {
    const thoughts = (noted.thoughts ??= new Map());
    const pieces = thoughts.get(part.id);
    if (pieces) pieces.push(part.delta);
    else thoughts.set(part.id, [part.delta]);
  } else if (part.type === 'reasoning-end') {
    const text = noted.thoughts?.get(part.id)?.join('');
    if (text) values.push(ofThought(text));
    noted.thoughts?.delete(part.id);
  }
}
