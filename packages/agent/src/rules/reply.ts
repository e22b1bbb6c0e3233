import type { Block } from './events.ts';
import { fileText } from './file-data.ts';

type Meta = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Any AI SDK stream part, seen through the fields a reply is made of. */
export interface PartView {
  readonly type: string;
  readonly id?: string;
  readonly delta?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: string;
  readonly providerExecuted?: boolean;
  readonly mediaType?: string;
  readonly data?: unknown;
  readonly providerMetadata?: Meta;
}

/** What a user could be shown of a part. */
export type Shown = { readonly type: 'text' | 'reasoning'; readonly text: string } | undefined;

interface Open {
  readonly type: 'text' | 'reasoning';
  pieces: string[];
  meta: Meta | undefined;
  cut: boolean;
}

/**
 * The blocks of one reply, assembled from its parts.
 * B1. Blocks stand in the order in which they began.
 * B2. After a withdrawal nothing of what came before it is left.
 * B3. A block that was cut (C1) is dropped: its signature is not the vendor's.
 * B4. Text and reasoning count their ids apart: blocks of both may be open under one id.
 */
export class ReplyBlocks {
  #blocks: (Block | Open)[] = [];
  /** By `slot`. */
  #open = new Map<string, Open>();
  readonly #taken: (id: string) => boolean;
  readonly #newId: () => string;

  /** `taken`: some call of the session has this id. Models count anew in each reply, and a call id is the tool's idempotency key. */
  constructor(taken: (id: string) => boolean, newId: () => string) {
    this.#taken = taken;
    this.#newId = newId;
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
        return void this.#end(part, part.type === 'text-end' ? 'text' : 'reasoning');
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
    return this.#blocks.flatMap((block) => ('pieces' in block ? closed(block) : [block]));
  }

  #begin(part: PartView, type: Open['type']): Open {
    const open: Open = { type, pieces: [], meta: undefined, cut: false };
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
    return { type, text: part.delta };
  }

  #end(part: PartView, type: Open['type']): void {
    const open = this.#open.get(slot(part, type));
    if (open) noteMeta(open, part.providerMetadata);
    this.#open.delete(slot(part, type));
  }

  #call(part: PartView): Block {
    const meta = vendorMeta(part.providerMetadata);
    const told = part.toolCallId ?? '';
    const twice = this.#blocks.some((block) => block.type === 'tool-call' && block.id === told);
    const id = told === '' || twice || this.#taken(told) ? this.#newId() : told;
    return { type: 'tool-call', id, name: part.toolName ?? '', input: part.input ?? '', ...(meta && { meta }) };
  }
}

const slot = ({ id = '' }: PartView, type: Open['type']): string => `${type}:${id}`;

function closed(open: Open): Block[] {
  const text = open.pieces.join('');
  if (open.cut || (text === '' && !open.meta)) return [];
  return [{ type: open.type, text, ...(open.meta && { meta: open.meta }) }];
}

function noteMeta(open: Open, meta: Meta | undefined): void {
  if (!meta) return;
  if (meta['holdfast']?.['cut']) open.cut = true;
  const own = vendorMeta(meta);
  if (own) open.meta = { ...open.meta, ...merged(open.meta, own) };
}

const merged = (before: Meta | undefined, now: Meta): Meta =>
  Object.fromEntries(Object.entries(now).map(([vendor, values]) => [vendor, { ...before?.[vendor], ...values }]));

function vendorMeta(meta: Meta | undefined): Meta | undefined {
  if (!meta) return undefined;
  const { holdfast: _, ...own } = meta;
  return Object.keys(own).length > 0 ? own : undefined;
}

function fileOf(part: PartView): Block {
  const meta = vendorMeta(part.providerMetadata);
  return { type: 'file', mediaType: part.mediaType ?? 'application/octet-stream', data: fileText(part.data), ...(meta && { meta }) };
}
