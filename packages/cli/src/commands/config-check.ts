import { checkReport, consentPlaces, load, readConfigFile, trustFile, unpricedProblems } from '@holdfast/agent/engine';
import type { AgentFile, Checked, FileKind, Problem } from '@holdfast/agent/engine';
import { systemClock } from '@holdfast/core/engine';
import { readGatewayFile } from '../config-files.ts';
import type { Context } from '../context.ts';
import { realFile } from '../io/session-store.ts';

/** `holdfast config check [FILE…]`: every problem with its place and the way out. Exit 2 when a file is invalid. */
export async function configCheck(context: Context, named: readonly string[]): Promise<number> {
  const { terminal, json, config } = context;
  const files = named.length > 0 ? named : [config?.file ?? 'holdfast.yaml'];
  const gateway = await readGatewayFile(context);
  const checked: Checked[] = [];
  for (const file of files) checked.push(await check(context, file, gateway?.file));
  // A run of these files fails on it, so it is told even where nobody asked.
  if (gateway !== undefined && gateway.file === undefined && !(await among(files, gateway.path)))
    checked.unshift({ file: gateway.path, problems: gateway.problems });
  const report = checkReport(checked);
  terminal.out(`${(json ? report.json : report.lines).join('\n')}\n`);
  return report.exitCode;
}

async function among(files: readonly string[], path: string): Promise<boolean> {
  const real = await realFile(path);
  return (await Promise.all(files.map(realFile))).includes(real);
}

async function check(context: Context, path: string, base: AgentFile | undefined): Promise<Checked> {
  const { env, signal } = context;
  const read = await readConfigFile(path, signal);
  if ('problem' in read) return { file: path, problems: [read.problem] };
  const { file, kind, problems } = load(read.text, path, { env, ...(base && { base }) });
  const unpriced = file === undefined ? [] : unpricedProblems(file, env);
  const consents = file === undefined ? [] : await consentWarnings(context, path, file, kind);
  return { file: path, problems: [...problems, ...unpriced, ...consents].toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

/** What a run would ask consent for, and nobody has given yet. */
async function consentWarnings({ env, state }: Context, path: string, file: AgentFile, kind: FileKind): Promise<readonly Problem[]> {
  const places = consentPlaces(file, env);
  const needs = places.map(({ need }) => need);
  const missing = new Set(await trustFile(state, () => systemClock.now()).missing(path, needs));
  const wayOut =
    kind === 'gateway'
      ? `each agent file that uses it needs your consent: holdfast trust FILE; holdfast serve needs it for the file itself: holdfast trust ${path}`
      : `it needs your consent: holdfast trust ${path}`;
  return places
    .filter(({ need }) => missing.has(need))
    .map(({ need, line, column, file: written, path: at }) => ({
      level: 'warning',
      file: written,
      line,
      column,
      path: at,
      message: need.says,
      wayOut,
    }));
}
