import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { CommandError, EXIT } from '../context.ts';

/** More than this is no attachment but a job for a tool. */
const LARGEST = 4 * 1024 * 1024;

/** A text file named on the command line. */
export function readTextFile(path: string): string {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CommandError(EXIT.usage, `${path}: ${why}`, { cause });
  };
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) refuse('is a folder, not a file');
    // It has no end.
    if (stats.isCharacterDevice()) refuse('is a device, not a file');
    if (stats.size > LARGEST) refuse(`is larger than ${LARGEST / 1024 / 1024} MiB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof TypeError) return refuse('is no UTF-8 text', error);
    return refuse((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message, error);
  }
}

/** Into a file that only its user may read, as what it holds; what was in it is replaced. */
export function writePrivate(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    throw new CommandError(EXIT.failed, `${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
