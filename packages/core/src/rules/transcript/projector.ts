import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { fates } from './exchanges.ts';
import { beginsWith, isFixed, nothingBefore } from './growing.ts';
import { project, projectOn, type ProjectionTarget } from './project.ts';

/**
 * Projects one conversation onto one target as it grows, so that a turn costs what is new in it.
 *
 * J1. The same as `project`, part for part; T2 is why that can be.
 * J2. A message is taken over only while it is the same object and frozen.
 * J3. What still has an open call is projected anew every time: its results may come yet.
 */
class Projector {
  readonly target: ProjectionTarget;
  #known: LanguageModelV4Message[] = [];
  #out: LanguageModelV4Message[] = [];
  #before = nothingBefore();

  constructor(target: ProjectionTarget) {
    this.target = target;
  }

  project(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
    if (!beginsWith(prompt, this.#known)) [this.#known, this.#out, this.#before] = [[], [], nothingBefore()];
    const fresh = prompt.slice(this.#known.length);
    const settled = fresh.slice(0, settledIn(fresh));
    this.#known.push(...settled);
    this.#out.push(...projectOn(settled, this.target, this.#before));
    const open = fresh.slice(settled.length);
    if (open.length === 0) return this.#out.slice();
    const { seen, ranThere, talking } = this.#before;
    return [...this.#out, ...projectOn(open, this.target, { seen: new Map(seen), ranThere: new Set(ranThere), talking })];
  }
}

/** How many of these messages, from the first, are fixed and have all their calls answered among themselves. */
function settledIn(messages: LanguageModelV4Prompt): number {
  const calls = fates(messages);
  let settled = 0;
  let due = 0;
  for (let at = 0; at < messages.length && isFixed(messages[at]!); at++) {
    for (const { resultAt = Infinity } of calls.get(messages[at]!) ?? []) due = Math.max(due, resultAt);
    if (due <= at) settled = at + 1;
  }
  return settled;
}

/** The conversations that one way to a model has, each known by its first message and kept no longer than that. */
export class Projections {
  readonly #of = new WeakMap<LanguageModelV4Message, Projector>();

  project(prompt: LanguageModelV4Prompt, target: ProjectionTarget): LanguageModelV4Prompt {
    const [first] = prompt;
    if (!first || !isFixed(first)) return project(prompt, target);
    let known = this.#of.get(first);
    if (!known || !same(known.target, target)) this.#of.set(first, (known = new Projector(target)));
    return known.project(prompt);
  }
}

const same = (a: ProjectionTarget, b: ProjectionTarget): boolean =>
  a.entry === b.entry && a.protocol === b.protocol && a.model === b.model && a.account === b.account && a.toolIds === b.toolIds;
