import type { Attachment } from './events.ts';

/** One part of what a server answers, as the protocol has it; a kind we do not know is named. */
export interface McpPart {
  readonly type: string;
  readonly text?: unknown;
  readonly data?: unknown;
  readonly mimeType?: unknown;
  readonly uri?: unknown;
  readonly name?: unknown;
  readonly resource?: unknown;
}

export interface McpAnswer {
  readonly content?: readonly McpPart[] | undefined;
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

/** Base64 characters of one file, of all files of an answer, and their number: more would not go to a model either. */
export const FILE_BOUNDS = { one: 5_000_000, all: 10_000_000, count: 20 } as const;

/** What models look at. Anything else is only named: a request that holds it would be refused, again at every turn. */
const SEEN = /^(image\/(png|jpeg|gif|webp)|audio\/[\w.+-]+|application\/pdf)$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * An answer as a model gets it: text, and files beside it.
 *
 * A1. Structured content is told when there is no text; a server that sends both sends the same twice.
 * A2. Every part that is not text leaves a line that says what it was, whether it is beside the text or was left out.
 */
export function toolAnswer(answer: McpAnswer): { output: string; files: readonly Attachment[]; failed: boolean } {
  const parts = answer.content ?? [];
  const files: Attachment[] = [];
  const lines = parts.map((part) => lineOf(part, files));
  const told = parts.some((part) => textOf(part) !== undefined);
  if (!told && answer.structuredContent !== undefined) lines.unshift(JSON.stringify(answer.structuredContent));
  return { output: lines.join('\n'), files, failed: answer.isError === true };
}

/** The text of a part, if it is text: its own, or that of a resource that came along. */
export function textOf(part: McpPart): string | undefined {
  if (part.type === 'text') return words(part.text);
  const { text } = resourceOf(part);
  return typeof text === 'string' ? text : undefined;
}

/** What a part is, for a line in its place. */
export function placeholder(part: McpPart): string {
  if (part.type === 'image' || part.type === 'audio') return `${part.type} ${words(part.mimeType) ?? ''}`.trimEnd();
  if (part.type === 'resource_link')
    return `link to ${[words(part.name), words(part.uri), words(part.mimeType)].filter(Boolean).join(', ')}`;
  const { uri, mimeType } = resourceOf(part);
  if (part.type === 'resource') return `resource ${[words(uri), words(mimeType)].filter(Boolean).join(', ')}`;
  return `${part.type}, which is not known here`;
}

function lineOf(part: McpPart, files: Attachment[]): string {
  const text = textOf(part);
  if (text !== undefined) return part.type === 'text' ? text : `[${placeholder(part)}]\n${text}`;
  const file = fileOf(part);
  if (!file) return `[${placeholder(part)}]`;
  const why = tooMuch(file, files);
  if (why !== undefined) return `[${placeholder(part)}: left out, ${why}]`;
  files.push(file);
  return `[${placeholder(part)}]`;
}

function tooMuch({ mediaType, data }: Attachment, files: readonly Attachment[]): string | undefined {
  if (!SEEN.test(mediaType)) return 'models do not read this kind of file';
  if (!BASE64.test(data)) return 'its data is not base64';
  if (data.length > FILE_BOUNDS.one) return `it is too large (${megabytes(data.length)} MB)`;
  if (files.length >= FILE_BOUNDS.count) return `there are more than ${FILE_BOUNDS.count} files`;
  if (files.reduce((sum, file) => sum + file.data.length, data.length) > FILE_BOUNDS.all) return 'the files together are too large';
  return undefined;
}

function fileOf(part: McpPart): Attachment | undefined {
  if (part.type === 'image' || part.type === 'audio') return attachment(part.data, part.mimeType);
  const { blob, mimeType, uri } = resourceOf(part);
  return part.type === 'resource' ? attachment(blob, mimeType, uri) : undefined;
}

function attachment(data: unknown, mimeType: unknown, uri?: unknown): Attachment | undefined {
  if (typeof data !== 'string') return undefined;
  const name = words(uri)?.split('/').at(-1);
  const mediaType = (words(mimeType) ?? 'application/octet-stream').split(';')[0]!.trim().toLowerCase();
  return { mediaType, data: data.replaceAll(/\s/g, ''), ...(name && { name }) };
}

const resourceOf = ({ type, resource }: McpPart): Readonly<Record<string, unknown>> =>
  type === 'resource' && typeof resource === 'object' && resource !== null ? (resource as Readonly<Record<string, unknown>>) : {};

const words = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
/** Base64 is a third longer than what it spells. */
const megabytes = (characters: number): string => ((characters * 0.75) / 1_000_000).toFixed(1);
