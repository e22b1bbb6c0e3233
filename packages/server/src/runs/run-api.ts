import type { Route } from '../ports.ts';
import { runRoutes } from '../routes/runs.ts';
import { saidRoutes } from '../routes/said.ts';
import { sessionRoutes } from '../routes/sessions.ts';
import { RunDesk } from './run-desk.ts';
import type { RunApiParts } from './run-ports.ts';

export interface RunApi {
  /** `/api/agents`, `/api/sessions…`, `/api/runs…`: for the token, or a key that is `admin`. */
  readonly routes: readonly Route[];
  /** Runs under way. */
  readonly open: number;
  /** Runs end within so many ms, or are stopped and can be gone on with; streams end. The runtimes are closed, the store is not. */
  leave(graceMs: number): Promise<void>;
}

/** Agents over HTTP. Sessions run in this process; questions are answered over HTTP by whoever asks for them. */
export function runApi(parts: RunApiParts): RunApi {
  const desk = new RunDesk(parts);
  return {
    routes: [...sessionRoutes(desk), ...runRoutes(desk), ...saidRoutes(desk)],
    get open() {
      return desk.runs.open;
    },
    leave: (grace) => desk.leave(grace),
  };
}
