import type { Handle } from '../drive.ts';
import type { Inbox } from '../inbox.ts';
import type { Redact } from '../ports.ts';

/** With nobody there no question waits. */
export const questionHandler =
  (inbox: Inbox, attended: boolean, redact: Redact): Handle<'question'> =>
  async ({ id }, signal) =>
    attended ? redact(await inbox.answerTo(id, signal)) : undefined;
