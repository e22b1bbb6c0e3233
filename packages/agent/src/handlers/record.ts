import type { Handle } from '../drive.ts';
import type { SessionLog } from '../log.ts';

export const recordHandler =
  (log: Pick<SessionLog, 'append'>): Handle<'record'> =>
  async ({ events }) =>
    void (await log.append(events));
