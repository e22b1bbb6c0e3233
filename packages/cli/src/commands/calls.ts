import { nearest, parseDuration, systemClock, type CallFilter, type CallStore } from '@holdfast/core/engine';
import { findCall } from '../call-ref.ts';
import { CommandError, EXIT, type Context, type Terminal } from '../context.ts';
import { callStore } from '../io/call-store.ts';
import { openStateFolder } from '../io/state-folder.ts';
import { wallTime } from '../io/wall-time.ts';
import { callLines, callPage } from '../render/call-table.ts';

export interface CallsOptions {
  readonly action: string;
  readonly call?: string;
  readonly since?: string;
  readonly caller?: string;
  readonly session?: string;
  readonly model?: string;
  readonly failed?: boolean;
  readonly limit?: number;
}

const ACTIONS = ['list', 'show'];

/** `holdfast calls [list|show]`. */
export async function calls(context: Context, options: CallsOptions): Promise<number> {
  const { action } = options;
  if (!ACTIONS.includes(action)) {
    const near = nearest(action, ACTIONS);
    throw new CommandError(EXIT.usage, `no action "${action}"${near ? `; did you mean ${near}?` : ''}: use list or show`);
  }
  if (action === 'list' && options.call !== undefined) throw new CommandError(EXIT.usage, 'list takes no call; did you mean show?');
  const filter = filterOf(options);
  const store = callStore(openStateFolder(context.state), { say: (line) => context.terminal.err(`holdfast: ${line}\n`) });
  try {
    return action === 'list' ? await list(store, context, filter) : await show(store, context, options.call ?? '-1', filter);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.failed, `the call records in ${context.state} cannot be read: ${why}`, { cause: error });
  } finally {
    await store.close();
  }
}

function filterOf({ since, caller, session, model, failed, limit }: CallsOptions): CallFilter {
  return {
    ...(since !== undefined && { since: momentOf(since) }),
    ...(caller !== undefined && { caller }),
    ...(session !== undefined && { session }),
    ...(model !== undefined && { model }),
    ...(failed && { failed }),
    ...(limit !== undefined && { limit }),
  };
}

/** `--since`: so long ago, or a date. */
function momentOf(text: string): number {
  const ago = parseDuration(text);
  if ('ms' in ago) return systemClock.now() - ago.ms;
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : NaN;
  if (Number.isNaN(at))
    throw new CommandError(EXIT.usage, `--since: "${text}" is neither a duration such as 2h nor a date such as 2026-11-20`);
  return at;
}

async function list(store: CallStore, { terminal, json }: Context, filter: CallFilter): Promise<number> {
  const found = await store.list(filter);
  const now = systemClock.now();
  const lines = json ? found.map((call) => JSON.stringify(call)) : callLines(found, (at) => wallTime(at, now), widthOf(terminal));
  if (lines.length > 0) terminal.out(`${lines.join('\n')}\n`);
  return EXIT.done;
}

async function show(store: CallStore, { terminal, json }: Context, ref: string, filter: CallFilter): Promise<number> {
  const call = await findCall(store, ref, filter);
  const messages = await store.messages(call.id);
  if (json) terminal.out(`${JSON.stringify({ ...call, ...(messages && { messages }) })}\n`);
  else terminal.out(`${callPage(call, messages, (at) => wallTime(at), widthOf(terminal)).join('\n')}\n`);
  return EXIT.done;
}

const widthOf = ({ outIsTty, columns }: Terminal): number | undefined => (outIsTty ? columns() : undefined);
