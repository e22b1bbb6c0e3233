import { CommandError, EXIT, type Context } from './context.ts';
import { readTextFile } from './io/text-file.ts';

/** The prompt of a run: the argument, or stdin for `-`, with what is attached. */
export async function promptText(
  context: Context,
  options: { readonly prompt?: string; readonly attach?: readonly string[] },
): Promise<string | undefined> {
  const typed = options.prompt === '-' ? await context.terminal.input(context.signal) : options.prompt;
  if (typed !== undefined && typed.trim() === '') throw new CommandError(EXIT.usage, 'the prompt is empty');
  const attached = (options.attach ?? []).map((file) => `<file name="${file}">\n${readTextFile(file)}\n</file>`);
  if (attached.length === 0) return typed;
  if (typed === undefined) throw new CommandError(EXIT.usage, '--attach goes with a prompt');
  return [typed, ...attached].join('\n\n');
}
