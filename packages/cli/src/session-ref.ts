import type { SessionHead, SessionStore } from '@holdfast/agent/engine';
import { CommandError, EXIT } from './context.ts';

/** The agent file whose sessions are meant: its real path, and as the user named it. */
export interface OfFile {
  readonly path: string;
  readonly name: string;
}

/** `-1` is the newest session, `-2` the one before; anything else is an id or the beginning of one. */
export async function findSession(store: Pick<SessionStore, 'list'>, ref: string, file?: OfFile): Promise<SessionHead> {
  const heads = await store.list({ ...(file && { file: file.path }) });
  const none = file ? `no session of ${file.name} yet` : 'no sessions yet';
  if (/^-\d+$/.test(ref)) {
    if (heads.length === 0) throw new CommandError(EXIT.usage, none);
    const head = heads[-Number(ref) - 1];
    if (head) return head;
    const many = heads.length === 1 ? 'there is one session' : `there are ${heads.length} sessions`;
    throw new CommandError(EXIT.usage, `no session ${ref}: ${many}${file ? ` of ${file.name}` : ''}; the newest is -1`);
  }
  const found = heads.filter(({ id }) => begins(id, ref));
  const [first] = found;
  if (first && (found.length === 1 || first.id === ref)) return first;
  const exact = found.find(({ id }) => id === ref);
  if (exact) return exact;
  const other = file && found.length === 0 ? (await store.list({})).filter(({ id }) => begins(id, ref)) : [];
  if (file && other.length === 1)
    throw new CommandError(EXIT.usage, `session "${ref}" is not of ${file.name} but of ${other[0]!.file}: name that file`);
  const why =
    found.length > 1 ? `"${ref}" is the beginning of ${found.length} sessions` : `no session "${ref}"${file ? ` of ${file.name}` : ''}`;
  throw new CommandError(EXIT.usage, `${why}; \`holdfast sessions\` lists them`);
}

const begins = (id: string, ref: string): boolean => id === ref || (ref.length >= 4 && id.startsWith(ref));
