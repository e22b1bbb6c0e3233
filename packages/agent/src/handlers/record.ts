import type { Handle } from '../drive.ts';
import type { PathLog } from '../log.ts';

export const recordHandler =
  (log: Pick<PathLog, 'append'>): Handle<'record'> =>
  async ({ events }) =>
    void (await log.append(events));
