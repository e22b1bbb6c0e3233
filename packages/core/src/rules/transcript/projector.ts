import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { DecisionTable, type Decisions } from './decisions.ts';
import { settledUntil } from './exchanges.ts';
import { beginsWith, copyOf, fixedUntil, isFixed, nothingBefore } from './growing.ts';
import type { Marks, ProjectionTarget } from './origin.ts';
import { isPlain } from './plain-turns.ts';
import { projectEnds } from './project.ts';

/** A projected prompt, and what its request must know besides. */
export interface Projected {
  readonly prompt: LanguageModelV4Prompt;
  readonly marks: Marks;
  /** Of each message in `prompt`: the place in the history of what it was made for. */
  readonly places: readonly number[];
}

/**
 * Projects one conversation onto one target as it grows, so that a turn costs what is new in it.
 *
 * J1. The same as `project` with the ends at which something was decided, part for part; T2 is why that can be.
 * J2. A message is taken over only while it is the same object and frozen.
 * J3. What stands behind the first message that is not frozen is projected anew every time.
 */
class Projector {
  readonly target: ProjectionTarget;
  readonly #decisions: Decisions;
  #known: LanguageModelV4Message[] = [];
  #out: LanguageModelV4Message[] = [];
  #places: number[] = [];
  #before = nothingBefore();
  /** A prompt ended where what is known ends, and was sent so. */
  #isEnd = false;

  constructor(target: ProjectionTarget, decisions: Decisions) {
    this.target = decisions.unsigned ? { ...target, unsigned: decisions.unsigned } : target;
    this.#decisions = decisions;
  }

  project(prompt: LanguageModelV4Prompt): Projected {
    const again = prompt.length === this.#known.length;
    if (!beginsWith(prompt, this.#known) || (again && !this.#isEnd)) this.#forget();
    const start = this.#known.length;
    const fresh = prompt.slice(start, fixedUntil(prompt, start));
    if (start + fresh.length < prompt.length) {
      const ends = this.#decisions.ends.map((end) => end - start);
      this.#takeOver(fresh.slice(0, settledUntil(fresh, ends)), true);
      return this.#withTail(prompt);
    }
    if (fresh.length === 0) return this.#sent();
    this.#takeOver(fresh, false);
    if (this.#before.decided) this.#decidedAt(prompt.length);
    return this.#sent();
  }

  #takeOver(fresh: LanguageModelV4Prompt, goesOn: boolean): void {
    if (fresh.length === 0) return;
    const { out, places } = projectEnds(fresh, this.target, this.#before, this.#decisions.ends, goesOn);
    this.#isEnd = !goesOn;
    for (const message of fresh) this.#known.push(message);
    for (const message of out) this.#out.push(message);
    for (const place of places) this.#places.push(place);
  }

  /** What is not taken over yet, behind what is. */
  #withTail(prompt: LanguageModelV4Prompt): Projected {
    const before = copyOf(this.#before);
    const { out, places } = projectEnds(prompt.slice(this.#known.length), this.target, before, this.#decisions.ends);
    if (before.decided) this.#decidedAt(prompt.length);
    return { prompt: [...this.#out, ...out], marks: before.marks, places: [...this.#places, ...places] };
  }

  #decidedAt(length: number): void {
    const { ends } = this.#decisions;
    if (!ends.includes(length)) this.#decisions.ends = [...ends, length].toSorted((a, b) => a - b);
  }

  #forget(): void {
    this.#known = [];
    this.#out = [];
    this.#places = [];
    this.#before = nothingBefore();
  }

  #sent(): Projected {
    return { prompt: this.#out.slice(), marks: this.#before.marks, places: this.#places };
  }
}

interface Held {
  readonly target: ProjectionTarget;
  readonly decisions: Decisions;
  readonly projector?: Projector;
}

/** The conversations that one way to a model has. */
export class Projections {
  /** By the first message, and kept no longer than that. */
  readonly #fixed = new WeakMap<LanguageModelV4Message, Held>();
  readonly #decided = new DecisionTable();

  project(prompt: LanguageModelV4Prompt, target: ProjectionTarget): Projected {
    const [first] = prompt;
    const held = first && this.#fixed.has(first);
    if (!held && this.#decided.isEmpty && isPlain(prompt)) return { prompt, marks: UNMARKED, places: [] };
    if (first && isFixed(first)) return this.#growing(first, target).project(prompt);
    const decisions = this.#decided.find(prompt, target) ?? { ends: [] };
    const projected = new Projector(target, decisions).project(prompt);
    if (decisions.ends.length > 0) this.#decided.keep(prompt, target, decisions);
    return projected;
  }

  /** T3: the signatures of these messages were refused; none of them is sent again. Everything behind is projected anew, once. */
  refuse(prompt: LanguageModelV4Prompt, target: ProjectionTarget, unsigned: readonly [from: number, until: number]): void {
    const [first] = prompt;
    const held = first && isFixed(first) ? this.#held(first, target) : undefined;
    const decisions = held?.decisions ?? this.#decided.find(prompt, target) ?? { ends: [] };
    const { unsigned: known = unsigned } = decisions;
    decisions.unsigned = [Math.min(known[0], unsigned[0]), Math.max(known[1], unsigned[1])];
    if (first && isFixed(first)) this.#fixed.set(first, { target, decisions });
    else this.#decided.keep(prompt, target, decisions);
  }

  #held(first: LanguageModelV4Message, target: ProjectionTarget): Held | undefined {
    const held = this.#fixed.get(first);
    return held && isFor(held.target, target) ? held : undefined;
  }

  #growing(first: LanguageModelV4Message, target: ProjectionTarget): Projector {
    const held = this.#held(first, target);
    // What a target was found to want since is another projection of the same conversation.
    if (held?.projector && held.target.wants === target.wants) return held.projector;
    const decisions = held?.decisions ?? { ends: [] };
    const projector = new Projector(target, decisions);
    this.#fixed.set(first, { target, decisions, projector });
    return projector;
  }
}

const UNMARKED: Marks = { own: 0, foreign: 0 };

const isFor = (a: ProjectionTarget, b: ProjectionTarget): boolean =>
  a.entry === b.entry && a.protocol === b.protocol && a.model === b.model && a.account === b.account;
