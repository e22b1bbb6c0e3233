import type { LanguageModelV4File } from '@ai-sdk/provider';
import type { JsonObject } from '../json.ts';
import { base64 } from '../media.ts';

/** A picture in an answer, as OpenRouter and its imitations give it; this protocol has no word for other files. */
export function pictureOf({ mediaType, data }: LanguageModelV4File): JsonObject | undefined {
  if (!mediaType.startsWith('image')) return undefined;
  const url = data.type === 'url' ? String(data.url) : `data:${mediaType};base64,${base64(data.data)}`;
  return { images: [{ type: 'image_url', image_url: { url } }] };
}
