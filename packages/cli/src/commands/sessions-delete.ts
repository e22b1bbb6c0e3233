import { isSessionError, type SessionHead } from '@holdfast/agent/engine';
import { parseDuration, systemClock } from '@holdfast/core/engine';
import { CommandError, EXIT, type Context } from '../context.ts';
import { identity } from '../io/session-store.ts';
import { wallTime } from '../io/wall-time.ts';
import { sessionLines } from '../render/session-table.ts';
import { findAll } from './sessions-change.ts';
import type { SessionsDesk } from './sessions-desk.ts';

/** `delete REF…`, `delete --older-than 30d`. One that is driven by a live process stays, with its pid, and the rest goes. */
export async function remove(desk: SessionsDesk): Promise<number> {
  const { store, context, options } = desk;
  const heads = await chosen(desk);
  if (heads.length === 0) {
    if (!context.json) context.terminal.err('nothing to delete\n');
    return EXIT.done;
  }
  if (!options.yes && !(await confirmed(context, heads))) return EXIT.done;
  let busy = false;
  for (const { id } of heads) {
    context.signal.throwIfAborted();
    try {
      await store.delete(id, { alive: identity().alive, force: options.force ?? false });
      if (context.json) context.terminal.out(`${JSON.stringify({ deleted: id })}\n`);
    } catch (error) {
      // Somebody else was faster.
      if (isSessionError(error) && error.kind === 'missing') continue;
      if (!isSessionError(error) || error.kind !== 'busy') throw error;
      busy = true;
      context.terminal.err(`holdfast: ${error.message}: stop it first, or delete it with --force\n`);
    }
  }
  return busy ? EXIT.busy : EXIT.done;
}

async function chosen(desk: SessionsDesk): Promise<readonly SessionHead[]> {
  const { store, options, of } = desk;
  if (options.olderThan === undefined) return findAll(desk, 'delete');
  if (options.words.length > 0) throw new CommandError(EXIT.usage, 'either sessions by name or --older-than');
  const age = parseDuration(options.olderThan);
  if (!('ms' in age)) throw new CommandError(EXIT.usage, `--older-than: "${options.olderThan}" is no duration such as 30d or 12h`);
  const before = systemClock.now() - age.ms;
  // What was starred is to stay, and what runs is not old, however long it has said nothing.
  return (await store.list(of ? { file: of.path } : {})).filter(
    ({ updated, starred, status }) => updated < before && !starred && status !== 'running',
  );
}

async function confirmed({ terminal, json, signal }: Context, heads: readonly SessionHead[]): Promise<boolean> {
  if (!terminal.inIsTty || json) throw new CommandError(EXIT.usage, 'nobody is there to be asked: add --yes to delete');
  const many = heads.length === 1 ? 'this session' : `these ${heads.length} sessions`;
  terminal.err(`${sessionLines(heads, (at) => wallTime(at), terminal.columns()).join('\n')}\n`);
  const answer = (await terminal.ask(`Delete ${many} for good? [y]es, [n]o: `, signal, { fresh: true }))?.trim().toLowerCase();
  return answer === 'y' || answer === 'yes';
}
