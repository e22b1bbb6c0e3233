import type { Inbox } from '../inbox.ts';
import type { SessionRules } from '../rules/events.ts';
import { rulesIn } from '../rules/loop-inbox.ts';
import type { InboxItem } from '../rules/world.ts';

/**
 * The newest rules that wait in the inbox. The root takes them between two steps; calls that are owed from before, and those of children,
 * are judged by them all the same: what the user denies now does not run now. Each item is read once.
 */
export function saidRules(inbox: Pick<Inbox, 'pull'>): () => Promise<SessionRules | undefined> {
  let known: { readonly id: string; readonly rules: SessionRules | undefined } | undefined;
  return async () => {
    const item = (await inbox.pull()).findLast(({ kind }) => kind === 'permissions');
    if (!item) return undefined;
    if (known?.id !== item.id) known = { id: item.id, rules: read(item) };
    return known.rules;
  };
}

/** One that cannot be read is said when it is taken. */
function read({ text }: InboxItem): SessionRules | undefined {
  try {
    return rulesIn(text);
  } catch {
    return undefined;
  }
}
