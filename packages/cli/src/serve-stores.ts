import { CommandError, EXIT, type Context } from './context.ts';
import { databaseFaults } from './io/database-faults.ts';
import { apiToken, openStateFolder } from './io/state-folder.ts';

export interface ServedState {
  readonly folder: string;
  readonly token: string;
  readonly tokenFile: string;
}

/**
 * The state folder, seen to be readable: later it would only be noticed by what is forgotten. One line where it is not, and exit 2. `again`: in the
 * place of a process that served, which damage must not end; what is damaged is moved aside when it is opened.
 */
export function servedState({ state }: Context, again = false): ServedState {
  try {
    const folder = openStateFolder(state);
    const [fault] = again ? [] : databaseFaults(folder);
    if (fault)
      throw new Error(
        `${fault.name} in the state folder ${folder} cannot be used: ${fault.fault}. Move it away, or name another folder with --state DIR.`,
      );
    const { token, file } = apiToken(folder);
    return { folder, token, tokenFile: file };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.usage, message.replace(/\s*\n\s*/g, ' '), { cause: error });
  }
}
