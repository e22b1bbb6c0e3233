import type { EventRow, Run, RunResult } from '@holdfast/agent/engine';
import { Refusal, refusal } from '../rules/refusal.ts';
import { LiveHub } from './live-hub.ts';
import { Once } from './once.ts';
import { OpenStreams } from './open-streams.ts';
import type { RunApiParts } from './run-ports.ts';
import { ServedRuns, type ServedRun } from './served-runs.ts';
import { SessionsDesk, type Served } from './sessions-desk.ts';

/** Everything the routes of the run API share. */
export class RunDesk {
  readonly parts: RunApiParts;
  readonly sessions: SessionsDesk;
  readonly hub: LiveHub;
  readonly once = new Once();
  readonly streams = new OpenStreams();
  readonly runs: ServedRuns;

  constructor(parts: RunApiParts) {
    this.parts = parts;
    this.sessions = new SessionsDesk(parts);
    this.hub = new LiveHub(parts.teams.map(({ runtime }) => runtime));
    this.runs = new ServedRuns((row) => this.hub.row(row));
  }

  /** Begins a run in a session that is there. `events` of its head is the seq of its last row: rows have no gaps. */
  async begin({ head }: Pick<Served, 'head'>, start: () => Promise<Run>): Promise<ServedRun> {
    return this.runs.add(await start(), head.events);
  }

  /** A run by its id; one that this process does not know, as after a restart, is read from the log. */
  async found({ head }: Served, run: string, seq: number | undefined): Promise<ServedRun> {
    const known = this.runs.find(head.id, run, seq);
    if (known) return known;
    const rows = await this.parts.store.read(head.id, seq ?? 0);
    const own = rows.filter((row) => row.run === run);
    if (own.length === 0 && seq === undefined) throw refusal(404, 'not-found', 'There is no such run in this session.', { param: 'run' });
    const end = own.find(isEnd);
    if (end) return overAt(head.id, run, seq ?? own[0]!.seq - 1, end.seq, resultOf(rows, end));
    throw new Refusal({
      status: 410,
      class: 'invalid-request',
      message:
        head.status === 'running'
          ? 'Another process goes on with this run: watch the events of its session.'
          : 'This run broke off with the process that drove it: resume its session to go on.',
      param: 'run',
      code: 'gone',
    });
  }

  /** Runs under way may end within `graceMs`; then they are stopped, and can be gone on with. Streams end last. */
  async leave(graceMs: number): Promise<void> {
    const { clock, teams } = this.parts;
    let letGo = (): void => {};
    await Promise.race([this.runs.idle(), new Promise<void>((resolve) => void (letGo = clock.after(graceMs, resolve)))]);
    letGo();
    await Promise.allSettled(teams.map(({ runtime }) => runtime.close()));
    await this.runs.idle();
    this.streams.close();
    this.hub.close();
  }
}

const isEnd = ({ path, event }: EventRow): boolean => path.length === 0 && event.type === 'run-end';

const overAt = (session: string, run: string, seq: number, last: number, result: RunResult): ServedRun => ({
  session,
  run,
  seq,
  last,
  result,
  over: Promise.resolve(),
});

function resultOf(rows: readonly EventRow[], end: EventRow): RunResult {
  const reply = rows.findLast(({ seq, path, event }) => seq < end.seq && path.length === 0 && event.type === 'model-reply')?.event;
  const answer = reply?.type === 'model-reply' ? reply.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('') : '';
  const { why, failure } = end.event as EventRow['event'] & { readonly type: 'run-end' };
  return { why, ...(failure && { failure }), answer };
}
