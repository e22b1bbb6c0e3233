import type { EventRow } from '../rules/events.ts';
import { missingError } from '../rules/session-error.ts';
import type { Run, RunResult } from '../runtime.ts';
import type { RemoteEars } from './remote-ears.ts';
import type { RemotePorts } from './remote-options.ts';
import { remoteEvents } from './remote-stream.ts';
import { RowWindow } from './row-window.ts';

/** What the server says of a run that has begun. Its rows come after `seq`. */
export interface Begun {
  readonly run: string;
  readonly session: string;
  readonly seq: number;
}

export interface RemoteRunPorts {
  readonly ports: RemotePorts;
  readonly ears: RemoteEars;
  /** Fires when the runtime is closed. */
  readonly signal: AbortSignal;
  readonly page: (session: string, after: number) => Promise<readonly EventRow[]>;
}

/** A run at the server, read to its end over one stream, whoever looks at it here. */
export function remoteRun({ run, session, seq }: Begun, { ports, ears, signal, page }: RemoteRunPorts): Run {
  const window = new RowWindow();
  const path = `/api/sessions/${encodeURIComponent(session)}/runs/${encodeURIComponent(run)}/events?seq=${seq}`;
  const done = (async (): Promise<RunResult> => {
    using voice = ears.listen(session);
    let last = seq;
    for await (const { event, data } of remoteEvents({ session, path, after: seq, signal }, ports)) {
      if (event === 'live') voice.piece(data);
      else if (event === 'row') {
        const row = data as EventRow;
        // A stream that began anew repeats what was seen.
        if (row.seq <= last) continue;
        last = row.seq;
        voice.row(row);
        window.push(row);
      } else if (event === 'done') return resultOf(data);
      else if (event === 'end') throw missingError(session);
    }
    throw new Error(`this runtime was closed; run ${run} is the server's`);
  })();
  done.then(
    () => window.end(),
    (error: unknown) => window.end({ error }),
  );
  return {
    session,
    run,
    done,
    events: { [Symbol.asyncIterator]: () => window.read(seq, (after) => page(session, after)) },
  };
}

function resultOf(data: unknown): RunResult {
  const { result, error } = data as { readonly result?: RunResult; readonly error?: string };
  if (result) return result;
  throw new Error(error ?? 'the server did not say what the run came to');
}
