import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isMarker } from '../commit.ts';
import type { Splice, Spliced, SpliceStart } from '../continuing.ts';
import { BlockIds } from './block-ids.ts';
import { JoinedText, type TextWent } from './joined-text.ts';
import { shownThought, type ReasoningPart } from './thoughts.ts';

type Part = LanguageModelV4StreamPart;
type Went = Spliced<Part>;

const NONE: Went = { parts: [] };

/**
 * The parts of one continuation as parts of the answer it goes on with (C6).
 *
 * J1. Nothing goes out before it is clear that the texts belong together.
 * J2. The text goes on in the block that was open; every other block gets an id that the answer has not used.
 * J3. The head of the second answer (start, metadata) is its own: the first one's stands.
 * J4. Reasoning is shown closed, with the mark of a cut, never with its signature (field note 1).
 */
export class PartsSplice implements Splice<Part> {
  readonly #text: JoinedText;
  readonly #ids: BlockIds;
  readonly #tools: boolean;
  readonly #stops: readonly string[];
  /** What was thought and named before the joint. */
  #thoughts: Part[] = [];
  #stopped = false;

  /** `open`: the answer's open text block. `used`: the blocks it has had, as `kind id`. */
  constructor(start: SpliceStart, open: string | undefined, used: ReadonlySet<string>) {
    this.#ids = new BlockIds(used);
    this.#text = new JoinedText(start, open, this.#ids);
    this.#tools = start.tools;
    this.#stops = start.stops;
  }

  get joined(): boolean {
    return this.#text.joint.how !== undefined;
  }

  get openJoint(): boolean {
    return this.#text.joint.how === 'open';
  }

  get dropped(): number {
    return this.#text.joint.dropped;
  }

  get silent(): boolean {
    return this.#text.joint.empty;
  }

  take(part: Part): Went {
    if (this.#stopped) return NONE;
    switch (part.type) {
      case 'stream-start':
      case 'response-metadata':
        return NONE;
      case 'text-start':
      case 'text-delta':
      case 'text-end':
        return this.#went(this.#text.take(part));
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.#reason(part);
      case 'raw':
      case 'ping':
        return this.joined ? { parts: [part] } : NONE;
      default:
        return this.#other(part);
    }
  }

  end(believed: boolean, atStop: boolean): Went {
    const last = this.#went(this.#text.settle(believed, atStop ? this.#stops : []));
    return last === 'rejected' ? last : { parts: [...last.parts, ...this.#text.close()] };
  }

  #went(went: TextWent): Went {
    if (went === 'rejected' || !this.joined) return went;
    this.#stopped ||= went.stopped === true;
    return this.#thoughts.length === 0 ? went : { ...went, parts: [...this.#thoughts.splice(0), ...went.parts] };
  }

  /** Before the joint it is kept: a continuation that is rejected has shown nothing. */
  #reason(part: ReasoningPart): Went {
    const own = shownThought(part, this.#ids);
    if (own === undefined) return NONE;
    if (this.joined) return { parts: [own] };
    this.#thoughts.push(own);
    return NONE;
  }

  /** A turn may go on with a call at once; anything else, or a call that nobody asked for, is an answer of its own (C5). */
  #other(part: Part): Went {
    if ((part.type === 'custom' && isMarker(part.kind)) || part.type === 'reasoning-file') return NONE;
    if (part.type === 'source') return this.#source(part);
    if (this.joined) return { parts: [...this.#before(part), part] };
    if (this.silent && this.#tools && part.type.startsWith('tool-input')) {
      // A call is one when it is complete (C7): until then its pieces say nothing of the joint.
      this.#thoughts.push(part);
      return NONE;
    }
    if (this.silent && this.#tools && part.type === 'tool-call') {
      this.#text.joint.how = 'call';
      return { parts: [...this.#text.close(), ...this.#thoughts.splice(0), part] };
    }
    const settled = this.#went(this.#text.settle());
    return settled === 'rejected' ? settled : { ...settled, parts: [...settled.parts, ...this.#before(part), part] };
  }

  #source(part: Extract<Part, { type: 'source' }>): Went {
    const own = { ...part, id: this.#ids.open('source', part.id) };
    if (this.joined) return { parts: [own] };
    this.#thoughts.push(own);
    return NONE;
  }

  /** Text ends where a call begins. */
  #before({ type }: Part): readonly Part[] {
    return type === 'tool-call' || type === 'tool-input-start' ? this.#text.close() : [];
  }
}
