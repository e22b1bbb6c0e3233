import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Attachment } from '@holdfast/agent/engine';
import { CommandError, EXIT } from '../context.ts';
import { imageType } from '../render/image-type.ts';

/** Bytes. More is no attachment but a job for a tool; a larger picture is refused by vendors. */
const [LARGEST_TEXT, LARGEST_PICTURE] = [4 * 1024 * 1024, 5_000_000];

export type Attached = { readonly text: string } | { readonly file: Attachment };

/** A file that goes with a message: a text into it, a picture beside it. `named`: as the user wrote it. */
export function attachedFile(path: string, named: string): Attached {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CommandError(EXIT.usage, `${named}: ${why}`, { cause });
  };
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) refuse('is a folder, not a file');
    // It has no end.
    if (stats.isCharacterDevice()) refuse('is a device, not a file');
    const mediaType = stats.isFile() ? imageType(beginning(path)) : undefined;
    if (mediaType !== undefined && stats.size > LARGEST_PICTURE) refuse('is a picture of more than 5 MB');
    if (mediaType === undefined && stats.size > LARGEST_TEXT) refuse(`is larger than ${LARGEST_TEXT / 1024 / 1024} MiB`);
    const bytes = readFileSync(path);
    if (mediaType !== undefined) return { file: { mediaType, data: bytes.toString('base64'), name: basename(path) } };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof TypeError) return refuse('is no UTF-8 text, and no picture (png, jpeg, gif, webp)', error);
    return refuse((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message, error);
  }
}

function beginning(path: string): Uint8Array {
  const [bytes, file] = [new Uint8Array(16), openSync(path, 'r')];
  try {
    readSync(file, bytes);
    return bytes;
  } finally {
    closeSync(file);
  }
}
