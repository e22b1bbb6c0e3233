import { permissionPatterns, SettingsError, userSettings, type PermissionPatterns } from '@holdfast/agent/engine';
import { CommandError, EXIT } from './context.ts';

/** The user's permission rules for every session, out of `settings.yaml` of the state folder. Nothing runs while they are not known. */
export async function userRules(state: string, signal: AbortSignal): Promise<PermissionPatterns> {
  try {
    return permissionPatterns((await userSettings(state, signal)).permissions);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new CommandError(EXIT.usage, error.message, { cause: error });
  }
}
