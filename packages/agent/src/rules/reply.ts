import type { Block } from './events.ts';
import { closed, fileOf, noteMeta, vendorMeta, type Open, type PartView } from './reply-parts.ts';
import { CallsHidden, textCalls } from './text-calls.ts';

export type { PartView } from './reply-parts.ts';

/** What a user could be shown of a part. */
export type Shown = { readonly type: 'text' | 'reasoning'; readonly text: string } | undefined;

/**
 * The blocks of one reply, assembled from its parts.
 * B1. Blocks stand in the order in which they began.
 * B2. After a withdrawal nothing of what came before it is left.
 * B3. A block that was cut (C1) is dropped: its signature is not the vendor's.
 * B4. Text and reasoning count their ids apart: blocks of both may be open under one id.
 * B5. Calls that stand as text at the end of a block are calls where tools were offered and no other call came; they are not shown (L18).
 */
export class ReplyBlocks {
  #blocks: (Block | Open)[] = [];
  /** By `slot`. */
  #open = new Map<string, Open>();
  readonly #taken: (id: string) => boolean;
  readonly #newId: () => string;
  readonly #isTool: ((name: string) => boolean) | undefined;

  /** `taken`: some call of the session has this id. Models count anew in each reply, and a call id is the tool's idempotency key. */
  constructor(taken: (id: string) => boolean, newId: () => string, tools: ReadonlySet<string> = new Set()) {
    this.#taken = taken;
    this.#newId = newId;
    this.#isTool = tools.size > 0 ? (name) => tools.has(name) : undefined;
  }

  take(part: PartView): Shown {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        return void this.#begin(part, part.type === 'text-start' ? 'text' : 'reasoning');
      case 'text-delta':
      case 'reasoning-delta':
        return this.#delta(part, part.type === 'text-delta' ? 'text' : 'reasoning');
      case 'text-end':
      case 'reasoning-end':
        return this.#end(part, part.type === 'text-end' ? 'text' : 'reasoning');
      case 'tool-call':
        // A call the provider ran itself is not ours to run.
        return part.providerExecuted ? undefined : void this.#blocks.push(this.#call(part));
      case 'file':
        return void this.#blocks.push(fileOf(part));
      default:
        return undefined;
    }
  }

  withdraw(): void {
    this.#blocks = [];
    this.#open.clear();
  }

  get text(): string {
    return this.done()
      .map((block) => (block.type === 'text' ? block.text : ''))
      .join('');
  }

  done(): readonly Block[] {
    const called = this.#blocks.some(({ type }) => type === 'tool-call');
    return this.#blocks.flatMap((block) => ('pieces' in block ? (called ? closed(block) : this.#read(block)) : [block]));
  }

  #begin(part: PartView, type: Open['type']): Open {
    const hides = type === 'text' && this.#isTool ? { hides: new CallsHidden(this.#isTool) } : {};
    const open: Open = { type, pieces: [], meta: undefined, cut: false, ...hides };
    noteMeta(open, part.providerMetadata);
    this.#open.set(slot(part, type), open);
    this.#blocks.push(open);
    return open;
  }

  #delta(part: PartView, type: Open['type']): Shown {
    const open = this.#open.get(slot(part, type)) ?? this.#begin(part, type);
    noteMeta(open, part.providerMetadata);
    if (!part.delta) return undefined;
    open.pieces.push(part.delta);
    delete open.calls;
    const text = open.hides ? open.hides.take(part.delta) : part.delta;
    return text === '' ? undefined : { type, text };
  }

  #end(part: PartView, type: Open['type']): Shown {
    const open = this.#open.get(slot(part, type));
    if (open) noteMeta(open, part.providerMetadata);
    this.#open.delete(slot(part, type));
    const text = open?.hides?.end() ?? '';
    return text === '' ? undefined : { type, text };
  }

  /** A block of text, and the calls in it. */
  #read(open: Open): readonly Block[] {
    if (open.type !== 'text' || !this.#isTool || open.cut) return closed(open);
    if (!open.calls) {
      const found = textCalls(open.pieces.join(''), this.#isTool);
      if (!found) return closed(open);
      const before = closed({ ...open, pieces: [found.text] });
      open.calls = [...before, ...found.calls.map((call): Block => ({ type: 'tool-call', id: this.#newId(), ...call }))];
    }
    return open.calls;
  }

  #call(part: PartView): Block {
    const meta = vendorMeta(part.providerMetadata);
    // What comes from a provider that is not ours may be of any type.
    const { toolCallId = '', toolName = '', input = '' } = part;
    const told = String(toolCallId);
    const twice = this.#blocks.some((block) => block.type === 'tool-call' && block.id === told);
    const id = told === '' || twice || this.#taken(told) ? this.#newId() : told;
    const sent = typeof input === 'string' ? input : JSON.stringify(input);
    return { type: 'tool-call', id, name: String(toolName), input: sent, ...(meta && { meta }) };
  }
}

const slot = ({ id = '' }: PartView, type: Open['type']): string => `${type}:${id}`;
