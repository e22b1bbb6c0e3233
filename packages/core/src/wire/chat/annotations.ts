import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import type { WirePart } from '../wire-part.ts';

type Source = Extract<WirePart, { type: 'source' }>;

/** The references of an answer; `from`: how many it has had. */
export function sourcesOf(annotations: Json | undefined, from: number): readonly Source[] {
  if (!Array.isArray(annotations)) return [];
  return (annotations as readonly Json[]).flatMap((one, at): Source[] => {
    const cited = isObject(one) ? one['url_citation'] : undefined;
    if (!isObject(cited) || !isText(cited['url'])) return [];
    const title = isText(cited['title']) ? { title: cited['title'] } : {};
    return [{ type: 'source', sourceType: 'url', id: `source-${from + at}`, url: cited['url'], ...title }];
  });
}

/** `at`: the length of the text so far; where in it a reference belongs, other protocols do not say in these words. */
export const annotationOf = (url: string, title: string | undefined, at: number): JsonObject => ({
  type: 'url_citation',
  url_citation: { url, title: title ?? url, start_index: at, end_index: at },
});
