import type { SessionHead, SessionStore } from '@holdfast/agent/engine';
import { CommandError, EXIT } from './context.ts';

/** `-1` is the newest session, `-2` the one before; anything else is an id or the beginning of one. */
export async function findSession(
  store: SessionStore,
  ref: string,
  file?: { readonly path: string; readonly name: string },
): Promise<SessionHead> {
  const heads = await store.list({ ...(file && { file: file.path }) });
  const none = file ? `no session of ${file.name} yet` : 'no sessions yet';
  if (heads.length === 0) throw new CommandError(EXIT.usage, none);
  if (/^-\d+$/.test(ref)) {
    const head = heads[-Number(ref) - 1];
    if (head) return head;
    const many = heads.length === 1 ? 'there is one session' : `there are ${heads.length} sessions`;
    throw new CommandError(EXIT.usage, `no session ${ref}: ${many}${file ? ` of ${file.name}` : ''}; the newest is -1`);
  }
  const found = heads.filter(({ id }) => id === ref || (ref.length >= 4 && id.startsWith(ref)));
  const [first] = found;
  if (first && (found.length === 1 || first.id === ref)) return first;
  const exact = found.find(({ id }) => id === ref);
  if (exact) return exact;
  const why =
    found.length > 1 ? `"${ref}" is the beginning of ${found.length} sessions` : `no session "${ref}"${file ? ` of ${file.name}` : ''}`;
  throw new CommandError(EXIT.usage, `${why}; \`holdfast sessions\` lists them`);
}
