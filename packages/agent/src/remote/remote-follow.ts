import type { EventRow } from '../rules/events.ts';
import { SessionError } from '../rules/session-error.ts';
import type { RemoteEars } from './remote-ears.ts';
import type { RemotePorts } from './remote-options.ts';
import { remoteEvents } from './remote-stream.ts';

interface FollowPorts {
  readonly ports: RemotePorts;
  readonly ears: RemoteEars;
  /** Fires when the runtime is closed. */
  readonly closed: AbortSignal;
}

/** Rows of a session, until the signal fires, the runtime is closed or the session is deleted. */
export async function* followRemote(
  { session, after, signal }: { readonly session: string; readonly after: number; readonly signal: AbortSignal },
  { ports, ears, closed }: FollowPorts,
): AsyncGenerator<EventRow, void> {
  const link = new AbortController();
  const cut = (): void => link.abort();
  for (const one of [signal, closed]) one.addEventListener('abort', cut);
  if (signal.aborted || closed.aborted) cut();
  const path = `/api/sessions/${encodeURIComponent(session)}/events`;
  try {
    using voice = ears.listen(session);
    for await (const { event, data } of remoteEvents({ session, path, after, signal: link.signal }, ports)) {
      if (event === 'live') voice.piece(data);
      else if (event === 'gap') throw shorter(session, data);
      else if (event === 'end') return;
      else if (event === 'row') {
        voice.row(data as EventRow);
        yield data as EventRow;
      }
      if (signal.aborted) return;
    }
  } finally {
    for (const one of [signal, closed]) one.removeEventListener('abort', cut);
  }
}

function shorter(session: string, gap: unknown): SessionError {
  const { asked, last } = gap as { readonly asked: string; readonly last: number };
  return new SessionError(
    'moved-on',
    `session ${session} has ${last} rows at the server, and row ${asked} was seen: its log is another one`,
    {
      session,
    },
  );
}
