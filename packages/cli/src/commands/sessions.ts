import { problemLine, readConfigFile, type SessionStore } from '@holdfast/agent/engine';
import { orAbort } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context, type Terminal } from '../context.ts';
import { realFile, sessionStore } from '../io/session-store.ts';
import { openStateFolder } from '../io/state-folder.ts';
import { wallTime } from '../io/wall-time.ts';
import { sessionLines, transcriptLines } from '../render/session-table.ts';
import { sessionProblem } from '../session-problem.ts';
import { findSession } from '../session-ref.ts';

export interface SessionsOptions {
  readonly action: string;
  readonly session?: string;
  readonly file?: string;
}

/** `holdfast sessions [list|show]`. */
export async function sessions(context: Context, options: SessionsOptions): Promise<number> {
  const { action } = options;
  if (action !== 'list' && action !== 'show') throw new CommandError(EXIT.usage, `no action "${action}": use list or show`);
  if (action === 'list' && options.session !== undefined) throw new CommandError(EXIT.usage, 'list takes no session; did you mean show?');
  let store: SessionStore | undefined;
  try {
    store = await orAbort(sessionStore(openStateFolder(context.state)), context.signal);
    return action === 'list' ? await list(store, context, options) : await show(store, context, options);
  } catch (error) {
    throw sessionProblem(error);
  } finally {
    await store?.close();
  }
}

/** A file that is not there has no sessions, but who names it meant another. */
async function mustBe(file: string, { signal }: Context): Promise<void> {
  const read = await readConfigFile(file, signal);
  if ('problem' in read) throw new CommandError(EXIT.usage, problemLine(read.problem));
}

async function list(store: SessionStore, context: Context, { file }: SessionsOptions): Promise<number> {
  const { terminal, json } = context;
  const heads = await store.list(file === undefined ? {} : { file: await realFile(file) });
  if (file !== undefined && heads.length === 0) await mustBe(file, context);
  const lines = json ? heads.map((head) => JSON.stringify(head)) : sessionLines(heads, (at) => wallTime(at), widthOf(terminal));
  if (lines.length > 0) terminal.out(`${lines.join('\n')}\n`);
  return EXIT.done;
}

async function show(store: SessionStore, { terminal, json }: Context, { session = '-1', file }: SessionsOptions): Promise<number> {
  const head = await findSession(store, session, file === undefined ? undefined : { path: await realFile(file), name: file });
  const rows = await store.read(head.id, 0);
  if (json) {
    for (const row of rows) terminal.out(`${JSON.stringify(row)}\n`);
    return EXIT.done;
  }
  const top = `session ${head.id} · ${head.agent} · ${head.status} · ${wallTime(head.created)} · ${head.file}`;
  terminal.out(`${[top, ...transcriptLines(rows, widthOf(terminal))].join('\n')}\n`);
  return EXIT.done;
}

const widthOf = ({ outIsTty, columns }: Terminal): number | undefined => (outIsTty ? columns() : undefined);
