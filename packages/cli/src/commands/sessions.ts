import { problemLine, readConfigFile, type SessionStore } from '@holdfast/agent/engine';
import { nearest, orAbort } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context, type Terminal } from '../context.ts';
import { realFile, sessionStore } from '../io/session-store.ts';
import { openStateFolder } from '../io/state-folder.ts';
import { wallTime } from '../io/wall-time.ts';
import { sessionLines, transcriptLines } from '../render/session-table.ts';
import { sessionProblem } from '../session-problem.ts';
import { findSession } from '../session-ref.ts';
import type { SessionsDesk, SessionsOptions } from './sessions-desk.ts';
import { branch, star, title } from './sessions-change.ts';
import { decisions } from './sessions-decisions.ts';
import { remove } from './sessions-delete.ts';
import { exported } from './sessions-export.ts';

/** `most`: how many words it takes. */
const ACTIONS: Readonly<Record<string, { readonly most: number; readonly act: (desk: SessionsDesk) => Promise<number> }>> = {
  list: { most: 0, act: list },
  show: { most: 1, act: show },
  branch: { most: 1, act: branch },
  star: { most: Infinity, act: (desk) => star(desk, true) },
  unstar: { most: Infinity, act: (desk) => star(desk, false) },
  title: { most: Infinity, act: title },
  delete: { most: Infinity, act: remove },
  export: { most: 1, act: exported },
  decisions: { most: 1, act: decisions },
};

/** `holdfast sessions [list|show|branch|star|unstar|title|delete|export|decisions]`. */
export async function sessions(context: Context, options: SessionsOptions): Promise<number> {
  const { action, words, file } = options;
  const found = ACTIONS[action];
  if (!found) {
    const names = Object.keys(ACTIONS);
    const near = nearest(action, names);
    throw new CommandError(EXIT.usage, `no action "${action}"${near ? `; did you mean ${near}?` : ''}: use one of ${names.join(', ')}`);
  }
  if (action === 'list' && words.length > 0) throw new CommandError(EXIT.usage, 'list takes no session; did you mean show?');
  if (words.length > found.most) throw new CommandError(EXIT.usage, `${action} takes one session, not ${words.length}`);
  let store: SessionStore | undefined;
  try {
    store = await orAbort(sessionStore(openStateFolder(context.state)), context.signal);
    return await found.act({ store, context, options, of: file === undefined ? undefined : { path: await realFile(file), name: file } });
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

async function list({ store, context, options, of }: SessionsDesk): Promise<number> {
  const { terminal, json } = context;
  const { search, starred, limit } = options;
  if (search?.trim() === '') throw new CommandError(EXIT.usage, '--search needs words');
  const filter = of ? { file: of.path } : {};
  const all = search === undefined ? await store.list(filter) : await store.search(search, filter);
  if (of && all.length === 0) await mustBe(of.name, context);
  const heads = all.filter((head) => !starred || head.starred).slice(0, limit ?? Infinity);
  const empty = search === undefined && !starred ? 'no sessions yet' : 'no such sessions';
  const lines = json
    ? heads.map((head) => JSON.stringify(head))
    : sessionLines(heads, (at) => wallTime(at), widthOf(terminal), { empty, all: await store.list({}) });
  if (lines.length > 0) terminal.out(`${lines.join('\n')}\n`);
  return EXIT.done;
}

async function show({ store, context, options, of }: SessionsDesk): Promise<number> {
  const { terminal, json } = context;
  const head = await findSession(store, options.words[0] ?? '-1', of);
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
