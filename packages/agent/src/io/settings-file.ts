import { join } from 'node:path';
import { problemLine } from '../config/problem.ts';
import { readSettings, type UserSettings } from '../config/user-settings.ts';
import { readConfigFile } from './config-file.ts';

/** `settings.yaml` of the state folder cannot be read or understood: what it denies is not known. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const NONE: UserSettings = { permissions: { allow: [], ask: [], deny: [] } };

/** The user's settings for every session; without a file there are none. Rejects with a `SettingsError` that names the file and the place. */
export async function userSettings(state: string, signal: AbortSignal): Promise<UserSettings> {
  const path = join(state, 'settings.yaml');
  const read = await readConfigFile(path, signal);
  if ('problem' in read) {
    if (read.absent) return NONE;
    throw new SettingsError(wayOut(problemLine(read.problem)));
  }
  const found = readSettings(read.text, path);
  if ('problem' in found) throw new SettingsError(wayOut(problemLine(found.problem)));
  return found.settings;
}

const wayOut = (line: string): string => `${line}. Mend the file or move it away: nothing runs while its rules are not known.`;
