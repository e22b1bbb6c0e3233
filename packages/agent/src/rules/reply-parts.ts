import type { Block } from './events.ts';
import { fileText } from './file-data.ts';
import type { CallsHidden } from './text-calls.ts';

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

/** A block of text or reasoning while it grows. */
export interface Open {
  readonly type: 'text' | 'reasoning';
  pieces: string[];
  meta: Meta | undefined;
  cut: boolean;
  /** Holds back what may be a call; of text where tools were offered. */
  readonly hides?: CallsHidden;
  /** Its calls, once they were read: their ids stay. */
  calls?: readonly Block[];
}

export function closed(open: Open): Block[] {
  const text = open.pieces.join('');
  if (open.cut || (text === '' && !open.meta)) return [];
  return [{ type: open.type, text, ...(open.meta && { meta: open.meta }) }];
}

export function noteMeta(open: Open, meta: Meta | undefined): void {
  if (!meta) return;
  if (meta['holdfast']?.['cut']) open.cut = true;
  const own = vendorMeta(meta);
  if (own) open.meta = { ...open.meta, ...merged(open.meta, own) };
}

const merged = (before: Meta | undefined, now: Meta): Meta =>
  Object.fromEntries(Object.entries(now).map(([vendor, values]) => [vendor, { ...before?.[vendor], ...values }]));

export function vendorMeta(meta: Meta | undefined): Meta | undefined {
  if (!meta) return undefined;
  const { holdfast: _, ...own } = meta;
  return Object.keys(own).length > 0 ? own : undefined;
}

export function fileOf(part: PartView): Block {
  const meta = vendorMeta(part.providerMetadata);
  return { type: 'file', mediaType: part.mediaType ?? 'application/octet-stream', data: fileText(part.data), ...(meta && { meta }) };
}
