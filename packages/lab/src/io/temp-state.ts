import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempState extends Disposable {
  readonly dir: string;
}

/** A fresh state folder (mode 0700), removed with all that is in it when disposed: `using state = tempState()`. */
export function tempState(name = 'holdfast'): TempState {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), `${name}-`));
  return {
    dir,
    // a database that is just being closed may still write its last page
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }),
  };
}
