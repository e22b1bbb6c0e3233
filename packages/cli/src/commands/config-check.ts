import { checkReport, load, readConfigFile, type Checked } from '@holdfast/agent/engine';
import type { Context } from '../context.ts';

/** `holdfast config check FILE…`: every problem with its place and the way out. Exit 2 when a file is invalid. */
export async function configCheck({ terminal, env, json, signal }: Context, files: readonly string[]): Promise<number> {
  const checked: Checked[] = [];
  for (const file of files) {
    const read = await readConfigFile(file, signal);
    checked.push({ file, problems: 'problem' in read ? [read.problem] : load(read.text, file, { env }).problems });
  }
  const report = checkReport(checked);
  terminal.out(`${(json ? report.json : report.lines).join('\n')}\n`);
  return report.exitCode;
}
