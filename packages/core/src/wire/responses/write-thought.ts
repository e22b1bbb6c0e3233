import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isText, type JsonObject } from '../json.ts';
import { CUT, sealed } from '../opaque.ts';
import { itemId, type Answer, type Block, type Item } from './answer.ts';
import { addText, beginContent, beginItem, endItem } from './write-items.ts';

type Part = LanguageModelV4StreamPart;
type Of<T extends Part['type']> = Extract<Part, { readonly type: T }>;
export type Metadata = Readonly<Record<string, JsonObject | undefined>>;

/** What several parts say of one block, by provider. */
export function joined(known: Metadata | undefined, told: unknown): Metadata {
  const all: Record<string, JsonObject | undefined> = { ...known };
  for (const [name, fields] of Object.entries((told ?? {}) as Metadata)) all[name] = { ...all[name], ...fields };
  return all;
}

/** What only another vendor can read; our own notes are no part of it. */
export function foreign(metadata: Metadata | undefined): Metadata | undefined {
  const { openai: _, holdfast: __, ...others } = metadata ?? {};
  const kept = Object.entries(others).filter(
    ([, fields]) => fields && Object.values(fields).some((value) => value !== null && value !== undefined),
  );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

const blockOf = ({ thoughts }: Answer, id: string): Block => {
  let block = thoughts.get(id);
  if (!block) thoughts.set(id, (block = {}));
  return block;
};

export function thoughtStart(answer: Answer, part: Of<'reasoning-start'>): string {
  const block = blockOf(answer, part.id);
  block.metadata = joined(block.metadata, part.providerMetadata);
  return '';
}

export function thoughtDelta(answer: Answer, part: Of<'reasoning-delta'>): string {
  const block = blockOf(answer, part.id);
  if (part.providerMetadata) block.metadata = joined(block.metadata, part.providerMetadata);
  if (part.delta === '') return '';
  let out = '';
  if (!block.item || block.item.done) [block.item, out] = open(answer, block);
  const { item } = block;
  let content = item.contents.findLast(({ said }) => !said);
  if (!content) {
    const [begun, written] = beginContent(answer, item, 'summary_text');
    content = begun;
    out += written;
  }
  return out + addText(answer, item, content, part.delta);
}

const open = (answer: Answer, { metadata }: Block): readonly [Item, string] =>
  beginItem(answer, { id: itemId(answer, 'rs', metadata?.['openai']?.['itemId']), type: 'reasoning', summary: [] });

export function thoughtEnd(answer: Answer, part: Of<'reasoning-end'>): string {
  const block = answer.thoughts.get(part.id);
  answer.thoughts.delete(part.id);
  if (!block) return '';
  const metadata = joined(block.metadata, part.providerMetadata);
  const opaque = opaqueOf(metadata);
  let out = '';
  if (!block.item) {
    // Thinking that is not shown is still needed by who thought it.
    if (opaque === undefined || opaque === CUT) return '';
    [block.item, out] = open(answer, { metadata });
  }
  const { item } = block;
  return out + endItem(answer, item, 'completed', opaque === undefined ? undefined : { encrypted_content: opaque });
}

/** A cut thought keeps no signature: no provider would take it (T3). */
function opaqueOf(metadata: Metadata): string | undefined {
  if (metadata['holdfast']?.['cut'] === true) return CUT;
  const own = metadata['openai']?.['reasoningEncryptedContent'];
  if (isText(own)) return own;
  const others = foreign(metadata);
  return others && sealed(others);
}
