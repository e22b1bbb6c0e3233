import type { Handle } from '../drive.ts';
import type { Inbox } from '../inbox.ts';
import type { Redact } from '../ports.ts';

export const inboxHandler =
  (inbox: Inbox, redact: Redact): Handle<'inbox'> =>
  async () =>
    redact(await inbox.pull());
