import type { JsonObject } from '../json.ts';
import type { WirePart } from '../wire-part.ts';
import { objectsAt, textAt } from './json-read.ts';
import { headPart, itemParts } from './lift-items.ts';
import { reasonOf, usageFrom } from './usage.ts';

/** An answer that came as one JSON object. Only its end carries it: nothing of it can be handed on piece by piece. */
export function liftWhole(json: JsonObject, attempt: number, text: string): readonly WirePart[] {
  const id = textAt(json, 'id');
  return [
    headPart(json),
    ...objectsAt(json, 'output').flatMap(itemParts),
    {
      type: 'finish',
      finishReason: reasonOf(json, false),
      usage: usageFrom(json['usage']),
      ...(id !== '' && { providerMetadata: { openai: { responseId: id } } }),
      wire: { attempt, frames: [], whole: text },
    },
  ];
}
