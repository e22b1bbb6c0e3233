import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from './files.ts';

/** Calls whose output was kept under the same name, one after the other. */
const MOST_NAMESAKES = 100;

/**
 * Keeps whole outputs, one file each (0600), in a folder of its own (0700) for each session. Answers the file, once it is on disk.
 *
 * U1. What is there is never written over: an earlier result may name it.
 * U2. Whatever a session or a call is called, its file lies in the folder.
 */
export const keepOutput =
  (folder: string) =>
  async (session: string, call: string, text: string): Promise<string> => {
    const place = join(folder, safeName(session));
    try {
      await mkdir(place, { recursive: true, mode: 0o700 });
      for (let n = 1; n <= MOST_NAMESAKES; n++) {
        const path = join(place, `${safeName(call)}${n === 1 ? '' : `-${n}`}.txt`);
        if (await written(path, text)) return path;
      }
    } catch (error) {
      throw fileError(error, place);
    }
    throw new Error(`${place} holds ${MOST_NAMESAKES} outputs of a call named ${call} already.`);
  };

/** Removes what was kept for a session. */
export const forgetOutputs = async (folder: string, session: string): Promise<void> => {
  await rm(join(folder, safeName(session)), { recursive: true, force: true });
};

/** False: there is such a file. */
async function written(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'EEXIST') return undefined;
    throw error;
  });
  if (!file) return false;
  try {
    await file.writeFile(text);
    await file.sync();
    return true;
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** A name that had to be changed gets a print of the whole: two names stay two. */
function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80);
  return safe === name && name !== '' ? name : `${safe}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
