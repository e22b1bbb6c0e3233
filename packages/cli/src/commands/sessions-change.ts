import { branchSession, type SessionHead, type SessionStore } from '@holdfast/agent/engine';
import { systemClock, systemNewId } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context } from '../context.ts';
import { tameLine } from '../render/width.ts';
import { findSession } from '../session-ref.ts';
import { commandLine } from '../way-on.ts';
import type { SessionsDesk } from './sessions-desk.ts';

/** Columns a title may be stored with. */
const LONGEST = 200;

/** Copies a session, or what came before the user's n-th message. The new id goes to stdout, how to go on to stderr. */
export async function branch({ store, context, options, of }: SessionsDesk): Promise<number> {
  const { words, at } = options;
  const head = await findSession(store, words[0] ?? '-1', of);
  const point = at === undefined ? undefined : { before: at };
  const id = await branchSession(store, head.id, point, { newId: systemNewId, clock: systemClock }).catch((error: unknown) => {
    throw error instanceof RangeError ? new CommandError(EXIT.usage, `--at: ${error.message}`, { cause: error }) : error;
  });
  await told(store, context, id, `${id}\n`);
  if (!context.json) context.terminal.err(`go on with: ${commandLine(context, ['run', head.file, '--session', id])}\n`);
  return EXIT.done;
}

export async function star({ store, context, options, of }: SessionsDesk, starred: boolean): Promise<number> {
  const heads = await findAll({ store, options, of }, starred ? 'star' : 'unstar');
  for (const { id } of heads) {
    await store.update(id, { starred });
    await told(store, context, id, '');
  }
  return EXIT.done;
}

/** An empty title is none: the session is called by its first line again. */
export async function title({ store, context, options, of }: SessionsDesk): Promise<number> {
  const [ref, ...words] = options.words;
  if (ref === undefined || words.length === 0) throw new CommandError(EXIT.usage, 'title needs a session and a text: title REF TEXT');
  const text = tameLine(words.join(' ')).trim();
  if (text.length > LONGEST) throw new CommandError(EXIT.usage, `the title has ${text.length} characters; ${LONGEST} fit`);
  const { id } = await findSession(store, ref, of);
  await store.update(id, { title: text });
  await told(store, context, id, '');
  return EXIT.done;
}

/** All of them or none: one that is not there stops the rest. Each once. */
export async function findAll({ store, options, of }: Omit<SessionsDesk, 'context'>, action: string): Promise<readonly SessionHead[]> {
  if (options.words.length === 0) throw new CommandError(EXIT.usage, `${action} needs a session: a REF of \`holdfast sessions\`, or -1`);
  const heads = new Map<string, SessionHead>();
  for (const ref of options.words) {
    const head = await findSession(store, ref, of);
    heads.set(head.id, head);
  }
  return [...heads.values()];
}

/** The session as it is now, as JSON, or a text. */
async function told(store: SessionStore, { terminal, json }: Context, id: string, text: string): Promise<void> {
  const out = json ? `${JSON.stringify(await store.head(id))}\n` : text;
  if (out !== '') terminal.out(out);
}
