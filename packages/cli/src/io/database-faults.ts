import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { databaseFault } from '@holdfast/core/engine';

/** What is wrong with the databases of a state folder. */
export const databaseFaults = (folder: string): readonly { readonly name: string; readonly fault: string }[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .flatMap((name) => {
      const fault = databaseFault(join(folder, name));
      return fault === undefined ? [] : [{ name, fault }];
    });
