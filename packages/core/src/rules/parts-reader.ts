import type { LanguageModelV4StreamPart, LanguageModelV4Usage, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { usagePart } from './parts-finish.ts';
import { PartsReading } from './parts-reading.ts';
import type { Reader } from './reader.ts';
import type { CallRecord } from './record.ts';

type Part = LanguageModelV4StreamPart;

/** The record is plain data; the AI SDK's type for that is narrower than ours. */
const withRecord = (metadata: SharedV4ProviderMetadata | undefined, record: CallRecord): SharedV4ProviderMetadata => ({
  ...metadata,
  holdfast: record as unknown as NonNullable<SharedV4ProviderMetadata[string]>,
});

/** C2, C9: what the provider did not count is estimated, as the record says. */
const mended = (usage: LanguageModelV4Usage, record: CallRecord): LanguageModelV4Usage =>
  record.usage?.estimated ? usagePart(record.usage) : usage;

/** Bytes of a part beside its text, about. */
const FRAME = 64;

function bytesOf(part: Part): number {
  if ('delta' in part) return FRAME + part.delta.length;
  if (part.type === 'tool-call') return FRAME + part.input.length;
  if (part.type !== 'file' && part.type !== 'reasoning-file') return FRAME;
  return FRAME + (part.data.type === 'data' ? part.data.data.length : 0);
}

const readerOf = (live: boolean): Reader<Part> => ({
  start: () => new PartsReading(live),
  withdrawn: (attempt, { kind, message }) => ({
    type: 'raw',
    rawValue: { holdfast: { type: 'withdrawn', attempt, failure: { kind, message } } },
  }),
  finished: (part, record) =>
    part.type === 'finish'
      ? { ...part, usage: mended(part.usage, record), providerMetadata: withRecord(part.providerMetadata, record) }
      : part,
  bytes: bytesOf,
  closeTurn: (usage, reason) => [{ type: 'finish', finishReason: { unified: reason, raw: undefined }, usage: usagePart(usage) }],
});

/** The reader of the AI SDK's stream parts: what our loop and the library's consumers are given. */
export const partsReader = readerOf(false);

/** The same, with tool calls as they come (C7). */
export const livePartsReader = readerOf(true);
