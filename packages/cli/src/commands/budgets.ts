import { load, problemLine, readConfigFile } from '@holdfast/agent/engine';
import { systemClock, type Budget } from '@holdfast/core/engine';
import { gatewayFile, invalid } from '../config-files.ts';
import { CommandError, EXIT, type Context } from '../context.ts';
import { budgetStore } from '../io/budget-store.ts';
import { openStateFolder } from '../io/state-folder.ts';
import { wallTime } from '../io/wall-time.ts';
import { budgetLines, budgetRows } from '../render/budget-table.ts';
import { fitted } from '../render/wrap.ts';

/** `holdfast budgets [FILE]`: what is used and held in every window of the state folder, and of how much where a file says it. */
export async function budgets(context: Context, path: string | undefined): Promise<number> {
  const { terminal, json } = context;
  const known = await knownBudgets(context, path);
  const store = budgetStore(openStateFolder(context.state), (line) => terminal.err(`holdfast: ${line}\n`));
  try {
    const now = systemClock.now();
    const current = (await store.list(now)).filter(({ renewsAt }) => renewsAt === undefined || renewsAt > now);
    const rows = budgetRows(current, known);
    const lines = json ? rows.map((row) => JSON.stringify(row)) : budgetLines(rows, (at) => wallTime(at, now));
    const width = terminal.outIsTty && !json ? terminal.columns() : undefined;
    if (lines.length > 0) terminal.out(`${lines.map((line) => (width === undefined ? line : fitted(line, width))).join('\n')}\n`);
    return EXIT.done;
  } finally {
    await store.close();
  }
}

async function knownBudgets(context: Context, path: string | undefined): Promise<readonly Budget[]> {
  const base = await gatewayFile(context);
  if (path === undefined) return base?.budgets ?? [];
  const read = await readConfigFile(path, context.signal);
  if ('problem' in read) throw new CommandError(EXIT.usage, problemLine(read.problem));
  const { file, problems } = load(read.text, path, { env: context.env, ...(base && { base }) });
  if (file === undefined) throw invalid(`${path} is invalid`, problems);
  return file.budgets;
}
