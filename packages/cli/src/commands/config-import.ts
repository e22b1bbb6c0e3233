import { hasErrors, load, parseTree, problemLine, readConfigFile, type Problem } from '@holdfast/agent/engine';
import { CommandError, EXIT, type Context } from '../context.ts';
import { importLitellm } from '../litellm/import.ts';
import type { Note } from '../litellm/look.ts';
import { tame } from '../render/width.ts';

const FORMATS = ['litellm'];

const noteLine = (file: string, { at, path, message }: Note): string =>
  `${file}:${at.line}:${at.column}: warning: ${tame(path)}: ${message}`;

/** `holdfast config import litellm FILE`: a gateway file on stdout; what was not carried over is in its comments, what is unknown on stderr. */
export async function configImport({ terminal, env, signal, program }: Context, format: string, path: string): Promise<number> {
  if (!FORMATS.includes(format))
    throw new CommandError(EXIT.usage, `nothing is known of files of "${format}"; there is: ${FORMATS.join(', ')}`);
  const read = await readConfigFile(path, signal);
  if ('problem' in read) throw new CommandError(EXIT.usage, problemLine(read.problem));
  const { root, faults } = parseTree(read.text);
  const fault = faults.find(({ level }) => level === 'error');
  // A message of the parser may quote the line, and the line may hold a key.
  if (fault) throw new CommandError(EXIT.usage, `${path}:${fault.line}:${fault.column}: error: not valid YAML here`);
  if (root?.kind !== 'map' || !root.entries.has('model_list'))
    throw new CommandError(EXIT.usage, `${path}: no file of LiteLLM's proxy: it has no "model_list"`);
  const { text, notes, deployments } = importLitellm(root, tame(path));
  const told = (some: readonly Note[]) => some.map((note) => `${noteLine(tame(path), note)}\n`).join('');
  if (deployments === 0) {
    terminal.err(`${told(notes)}holdfast: ${tame(path)}: none of its models can be asked from here\n`);
    return EXIT.failed;
  }
  terminal.err(told(notes.filter(({ unknown }) => unknown)));
  terminal.out(text);
  const wrong = load(text, 'holdfast.yaml', { env, kind: 'gateway' }).problems.filter(({ level }: Problem) => level === 'error');
  if (hasErrors(wrong)) {
    terminal.err(`${wrong.map(problemLine).join('\n')}\nholdfast: what came out is not valid yet: mend these lines\n`);
    return EXIT.failed;
  }
  terminal.err(`${deployments} deployments, ${notes.length} things not carried over: ${program} config check holdfast.yaml\n`);
  return EXIT.done;
}
