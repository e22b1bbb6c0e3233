import { join } from 'node:path';
import { databaseFault } from '@holdfast/core/engine';

const NAMES = ['health.db', 'sessions.db', 'calls.db', 'affinity.db'];

/** What is wrong with the databases of a state folder. */
export const databaseFaults = (folder: string): readonly { readonly name: string; readonly fault: string }[] =>
  NAMES.flatMap((name) => {
    const fault = databaseFault(join(folder, name));
    return fault === undefined ? [] : [{ name, fault }];
  });
