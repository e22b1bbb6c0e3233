import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from '@ai-sdk/provider';
import { metadata, type Standing } from './origin.ts';
import { takes, type Wants } from './wants.ts';

type File = Pick<LanguageModelV4FilePart, 'data' | 'mediaType' | 'filename' | 'providerOptions'>;
type Sent = LanguageModelV4FilePart | LanguageModelV4TextPart;

const kindOf = (mediaType: string): string => (mediaType.split('/')[0] === 'application' ? 'file' : (mediaType.split('/')[0] ?? 'file'));

/** What stands where a file cannot (providers C10): that there was one. */
function leftOut({ data, mediaType, filename }: File): LanguageModelV4TextPart {
  const where = data.type === 'url' && /^https?:/.test(String(data.url)) ? String(data.url) : undefined;
  const about = [filename, mediaType, where].filter((one) => one !== undefined).join(', ');
  return { type: 'text', text: `[${kindOf(mediaType)} left out, this model does not take it: ${about}]` };
}

/** Whether a target takes a file at a place that takes these media types. */
export function takesFile({ data, mediaType }: File, types: readonly string[], wants: Wants): boolean {
  if (!takes(types, mediaType)) return false;
  switch (data.type) {
    case 'url':
      return takes(wants.urls, mediaType);
    case 'reference':
      return wants.references && (wants.namespaces.length === 0 || wants.namespaces.some((name) => Object.hasOwn(data.reference, name)));
    default:
      return true;
  }
}

/** The text of a text file; undefined for anything else. */
function textOf({ data, mediaType }: File): string | undefined {
  if (data.type === 'text') return data.text;
  if (data.type !== 'data' || !/^text\/|^application\/(?:json|xml|yaml)\b/.test(mediaType)) return undefined;
  try {
    const bytes = typeof data.data === 'string' ? Uint8Array.from(atob(data.data), (one) => one.charCodeAt(0)) : data.data;
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

/** A file in a user's message: as it is, as text where it is one, or a word in its place. */
export function sentFile(part: File, wants: Wants, from: Standing = 'unknown'): Sent {
  const { data, mediaType, filename } = part;
  const kept = metadata(part, from, wants);
  if (takesFile(part, wants.files, wants)) return { type: 'file', data, mediaType, ...(filename !== undefined && { filename }), ...kept };
  const text = textOf(part);
  if (text === undefined || text.trim() === '') return leftOut(part);
  return { type: 'text', text: filename === undefined ? text : `[${filename}]\n${text}`, ...kept };
}
