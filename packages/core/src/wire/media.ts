import { isText } from './json.ts';

/** What a file is given as in OpenAI's protocols: a data URL, or a URL that somebody fetches. */
export type Media =
  | { readonly mediaType: string; readonly data: { readonly type: 'data'; readonly data: string | Uint8Array } }
  | { readonly mediaType: string; readonly data: { readonly type: 'url'; readonly url: URL } };

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** `kind`: the media type where the URL does not say it. Undefined for what is no URL. */
export function mediaOf(url: string, kind: string): Media | undefined {
  if (!url.startsWith('data:')) return URL.canParse(url) ? { mediaType: kind, data: { type: 'url', url: new URL(url) } } : undefined;
  const comma = url.indexOf(',');
  if (comma === -1) return undefined;
  const [type = '', ...attributes] = url.slice('data:'.length, comma).split(';');
  const mediaType = type === '' ? kind : type.toLowerCase();
  const payload = url.slice(comma + 1);
  if (attributes.some((one) => one.trim().toLowerCase() === 'base64')) return { mediaType, data: { type: 'data', data: payload } };
  try {
    return { mediaType, data: { type: 'data', data: new TextEncoder().encode(decodeURIComponent(payload)) } };
  } catch {
    return undefined;
  }
}

/** Whether a text is bytes in base64, and not a URL or a word. */
export const isBase64 = (text: string): boolean => text.length % 4 !== 1 && BASE64.test(text);

/** A file's bytes in base64. In pieces: a call takes only so many arguments. */
export function base64(data: string | Uint8Array): string {
  if (isText(data)) return data;
  let text = '';
  for (let at = 0; at < data.length; at += 0x8000) text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return btoa(text);
}

/** What stands in the place of content that no other protocol has a word for. */
export const leftOut = (type: unknown): string => `[${String(type)} left out: it cannot be translated]`;
