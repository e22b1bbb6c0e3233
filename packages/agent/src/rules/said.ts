import type { RunEvent } from './events.ts';

/** What a search looks for: words and parts of words, in any order, each of them somewhere in the session. */
export const wordsOf = (text: string): readonly string[] => [...new Set(text.toLowerCase().split(/\s+/).filter(Boolean))];

/** What was said in an event by the user or a model. Reasoning, tool outputs and what we said ourselves are not searched. */
export function saidIn(event: RunEvent): string {
  if (event.type === 'input') return event.hidden || event.system ? '' : event.text;
  if (event.type !== 'model-reply') return '';
  return event.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}

/** Gathers, session by session, which of `words` (as `wordsOf` gives them) were met. */
export class Hits {
  readonly #words: readonly string[];
  readonly #met = new Map<string, Set<string>>();

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  add(session: string, text: string): void {
    const met = this.#met.get(session) ?? new Set();
    const lower = text.toLowerCase();
    for (const word of this.#words) if (lower.includes(word)) met.add(word);
    this.#met.set(session, met);
  }

  all(session: string): boolean {
    return this.#words.length > 0 && this.#met.get(session)?.size === this.#words.length;
  }
}
