import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { SpliceStart } from '../continuing.ts';
import type { BlockIds } from './block-ids.ts';
import { Joint } from './joint.ts';
import { StopAcross } from './stop.ts';

type Part = LanguageModelV4StreamPart;
type TextPart = Extract<Part, { readonly type: `text-${string}` }>;

/** What the text of a continuation shows; `stopped`: a stop sequence across the joint ended the answer. */
export type TextWent = { readonly parts: readonly Part[]; readonly stopped?: true } | 'rejected';

const NONE: TextWent = { parts: [] };

/** The text of one continuation, in the block of the answer that was open (J1, J2). */
export class JoinedText {
  readonly joint: Joint;
  readonly #stop: StopAcross;
  readonly #ids: BlockIds;
  readonly #now: () => number;
  /** The answer's open text block. */
  #open: string | undefined;
  #ended = false;

  constructor({ cut, way, stops, now }: SpliceStart, open: string | undefined, ids: BlockIds) {
    this.joint = new Joint(cut.anchor, way);
    this.#stop = new StopAcross(cut.shown, stops);
    this.#open = open;
    this.#ids = ids;
    this.#now = now;
  }

  take(part: TextPart): TextWent {
    if (part.type === 'text-start') return this.#start(part);
    if (part.type === 'text-end') return this.#end(part);
    const went = this.joint.take(part.delta, this.#now());
    return went === 'rejected' ? went : this.#shown(went.text, this.#ids.of('text', part.id));
  }

  /** No more text comes before what is next. */
  settle(believed = false, stops: readonly string[] = []): TextWent {
    if (this.joint.how !== undefined) return NONE;
    const went = this.joint.end(believed, stops);
    return went === 'rejected' ? went : this.#shown(went.text, undefined);
  }

  /** What was still held goes out, and the block is closed. */
  close(): readonly Part[] {
    return [...this.#say(this.#stop.rest()), ...this.#closeOpen()];
  }

  #shown(text: string, id: string | undefined): TextWent {
    const { text: passed, stopped } = this.#stop.take(text);
    const parts = this.#say(passed, id);
    return stopped ? { parts: [...parts, ...this.#closeOpen()], stopped: true } : { parts };
  }

  /** The block that is open takes the first text; a further block of the continuation is one of its own. */
  #start(part: Extract<Part, { type: 'text-start' }>): TextWent {
    if (this.joint.how === undefined || (this.#open !== undefined && !this.#ended)) {
      this.#ended = false;
      return NONE;
    }
    this.#open = undefined;
    // What a vendor says of the block is bound to an answer that nobody has.
    return { parts: [{ type: 'text-start', id: this.#ids.open('text', part.id) }] };
  }

  #end({ id }: Extract<Part, { type: 'text-end' }>): TextWent {
    this.#ended = true;
    if (this.joint.how === undefined) return NONE;
    const own = this.#ids.close('text', id);
    return { parts: own === undefined ? this.close() : [{ type: 'text-end', id: own }] };
  }

  #say(text: string, own?: string): readonly Part[] {
    if (text === '') return [];
    const id = own ?? this.#open;
    if (id !== undefined) return [{ type: 'text-delta', id, delta: text }];
    this.#open = this.#ids.open('text', 'joined');
    return [
      { type: 'text-start', id: this.#open },
      { type: 'text-delta', id: this.#open, delta: text },
    ];
  }

  #closeOpen(): readonly Part[] {
    if (this.#open === undefined) return [];
    const id = this.#open;
    this.#open = undefined;
    return [{ type: 'text-end', id }];
  }
}
