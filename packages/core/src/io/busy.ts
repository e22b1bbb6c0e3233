import { NEVER } from '../model.ts';
import type { Clock, Random } from '../ports.ts';
import { isBusy } from './sqlite-driver.ts';

/** Ms after which a database that stays locked is given up; `failOpen` then goes on in memory. */
const PATIENCE = 50;

/** Tries a verb that met a locked database again, at uneven moments, without blocking the event loop; at last it rejects. */
export async function whenFree<T>(verb: () => T, { clock, random }: { readonly clock: Clock; readonly random: Random }): Promise<T> {
  const end = clock.mono() + PATIENCE;
  for (;;) {
    await clock.sleep(2 + 6 * random(), NEVER);
    try {
      return verb();
    } catch (error) {
      if (!isBusy(error) || clock.mono() >= end) throw error;
    }
  }
}
