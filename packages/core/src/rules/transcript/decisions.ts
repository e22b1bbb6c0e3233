import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { digest } from './digest.ts';
import type { ProjectionTarget } from './origin.ts';

/** What is remembered of one conversation for one target (T2, T3). */
export interface Decisions {
  /** Lengths of the prompts at whose end something was decided, ascending. */
  ends: readonly number[];
  unsigned?: readonly [from: number, until: number];
}

/** Of a conversation that nobody holds by a message: each end with the name of the message before it. */
interface Kept {
  readonly ends: readonly { readonly length: number; readonly last: string }[];
  readonly unsigned?: readonly [from: number, until: number];
}

/** Conversations of which something is remembered and that nobody holds by a frozen message. */
const MOST = 2000;
const NAME = 20;

const named = (value: unknown): string =>
  digest(JSON.stringify(value, (_key, one: unknown) => (one instanceof Uint8Array ? one.length : one)) ?? '', NAME);

/** A conversation is known by what it began with: its system messages and the first of anybody else. */
function nameOf(prompt: LanguageModelV4Prompt, { entry, protocol, model, account }: ProjectionTarget): string {
  const upto = prompt.findIndex(({ role }) => role !== 'system');
  return named([entry, protocol, model, account, prompt.slice(0, upto + 1 || 1)]);
}

/** Decisions about conversations whose messages come as other objects each time; the oldest goes first. */
export class DecisionTable {
  readonly #kept = new Map<string, Kept>();

  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }

  find(prompt: LanguageModelV4Prompt, target: ProjectionTarget): Decisions | undefined {
    const kept = this.#kept.size === 0 ? undefined : this.#kept.get(nameOf(prompt, target));
    if (!kept) return undefined;
    // Two conversations may begin alike: an end is one of this only if the message before it is the same.
    const ends = kept.ends.filter(({ length, last }) => length <= prompt.length && last === named(prompt[length - 1]));
    return { ends: ends.map(({ length }) => length), ...(kept.unsigned && { unsigned: kept.unsigned }) };
  }

  keep(prompt: LanguageModelV4Prompt, target: ProjectionTarget, { ends, unsigned }: Decisions): void {
    const name = nameOf(prompt, target);
    const lengths = new Set(ends);
    const others = this.#kept.get(name)?.ends.filter(({ length }) => !lengths.has(length)) ?? [];
    const own = ends.map((length) => ({ length, last: named(prompt[length - 1]) }));
    this.#kept.delete(name);
    this.#kept.set(name, { ends: [...others, ...own].toSorted((a, b) => a.length - b.length), ...(unsigned && { unsigned }) });
    const [oldest] = this.#kept.size > MOST ? this.#kept.keys() : [];
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
