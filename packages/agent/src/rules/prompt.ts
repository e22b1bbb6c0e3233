import { headText, type PromptHead } from './prompt-head.ts';
import { resultsMessage, type PromptMessage, type Result, type Said } from './prompt-messages.ts';
import { moved, pieceOf, waits, withoutOldest, type Piece } from './prompt-pieces.ts';
import type { Message } from './run-state.ts';

export type { EnvironmentInfo, PromptHead } from './prompt-head.ts';
export type { PromptMessage, PromptPart } from './prompt-messages.ts';

export interface PromptShape {
  /** Conversation messages a prompt holds at most; those of the user count and always stay. 0 or absent: all. */
  readonly historyItems?: number;
  /** False: pictures are left out. */
  readonly images?: boolean;
}

export interface PromptAsk {
  /** How often the transcript was summarised: each time begins a prompt of its own. */
  readonly epoch?: number;
  /** For this one prompt. */
  readonly context?: readonly string[];
}

/**
 * Builds prompts of one transcript, each from the last.
 * P1. Append-only within an epoch: the prompt of a longer transcript begins with the prompt of the shorter one, so that caches hold.
 * P2. Each message is translated once and frozen: whoever reads prompts below needs to read only what is new.
 * P3. Results stand in the order of their calls; a call that was never answered is answered for (C13).
 * P4. A limit of messages cuts in steps: over it, the oldest replies go with their results until half of it is left, and until then the
 *     prompt is append-only again. What a reply called last always stays. Replies behind a cut count as made elsewhere (T2).
 * P5. Context of one call is a system message at the very end, not frozen: it is no part of what comes next.
 */
export class Prompter {
  readonly #head: PromptHead;
  readonly #images: boolean;
  readonly #most: number;
  #epoch: number | undefined;
  #built: PromptMessage[] = [];
  #pieces: Piece[] = [];
  #system: string[] = [];
  #items = 0;
  #upto = 0;

  constructor(head: PromptHead, { historyItems = 0, images = true }: PromptShape = {}) {
    this.#head = head;
    this.#images = images;
    this.#most = historyItems > 0 ? historyItems : Infinity;
  }

  /** Nothing may be owed: a group of results is translated as a whole. */
  extend(transcript: readonly Message[], { epoch = 0, context = [] }: PromptAsk = {}): PromptMessage[] {
    if (epoch !== this.#epoch || this.#upto === 0) this.#begin(transcript, epoch);
    while (this.#upto < transcript.length) {
      const message = transcript[this.#upto++] as Message;
      if (message.role === 'tool') this.#results(transcript);
      else this.#add(pieceOf(message, this.#images));
      this.#trim();
    }
    const transient = context.filter((text) => text.trim() !== '').join('\n\n');
    return transient === '' ? this.#built.slice() : [...this.#built, { role: 'system', content: transient }];
  }

  /** What stands with the instruction from the start is one message with it: some templates take no second. */
  #begin(transcript: readonly Message[], epoch: number): void {
    const first = transcript.findIndex((message) => message.role !== 'user' || !message.system);
    const leading = transcript.slice(0, first < 0 ? transcript.length : first) as Said[];
    this.#epoch = epoch;
    this.#system = [headText(this.#head), ...leading.map(({ text }) => text)];
    this.#upto = leading.length;
    this.#pieces = [];
    this.#items = 0;
    this.#built = this.#systemMessage();
  }

  /** A new object each time: what is remembered below of a conversation hangs on its first message. */
  #systemMessage(): PromptMessage[] {
    const content = this.#system.filter((text) => text.trim() !== '').join('\n\n');
    return content === '' ? [] : [frozen({ role: 'system', content, providerOptions: MARK })];
  }

  #add(piece: Piece): void {
    this.#close();
    this.#pieces.push(piece);
    this.#items += piece.items;
    this.#built.push(...piece.built.map(frozen));
  }

  #results(transcript: readonly Message[]): void {
    const from = this.#upto - 1;
    while (transcript[this.#upto]?.role === 'tool') this.#upto++;
    const results = transcript.slice(from, this.#upto) as Result[];
    const last = this.#pieces.at(-1);
    if (last && waits(last)) this.#answer(last, results);
  }

  /** Calls that were never answered: nothing may follow them before their results. */
  #close(): void {
    const last = this.#pieces.at(-1);
    if (last && waits(last)) this.#answer(last, []);
  }

  #answer(piece: Piece, results: readonly Result[]): void {
    const message = frozen(resultsMessage(piece.calls, results, this.#images));
    piece.built.push(message);
    piece.items += piece.calls.length;
    this.#items += piece.calls.length;
    this.#built.push(message);
  }

  #trim(): void {
    const last = this.#pieces.at(-1);
    if (this.#items <= this.#most || (last && waits(last))) return;
    const left = withoutOldest(this.#pieces, this.#items, this.#most / 2);
    if (!left) return;
    this.#pieces = left.map((piece) => moved(piece, this.#images));
    this.#items = left.reduce((sum, { items }) => sum + items, 0);
    this.#built = [...this.#systemMessage(), ...this.#pieces.flatMap(({ built }) => built.map(frozen))];
  }
}

/** C14: the head is the same for every conversation of an agent, and cached by itself. */
const MARK = { anthropic: { cacheControl: { type: 'ephemeral' } } };

function frozen(message: PromptMessage): PromptMessage {
  Object.freeze(message.content);
  return Object.freeze(message);
}
