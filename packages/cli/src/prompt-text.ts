import type { Attachment, Said } from '@holdfast/agent/engine';
import { CommandError, EXIT, type Context } from './context.ts';
import { attachedFile, type Attached } from './io/attached-file.ts';
import { isThere, pathFrom } from './io/near-files.ts';
import { mentionsIn, unescaped } from './render/mentions.ts';

/** The prompt of a run: the argument, or stdin for `-`, with what is attached. */
export async function promptOf(
  context: Context,
  options: { readonly prompt?: string; readonly attach?: readonly string[] },
): Promise<Said | undefined> {
  const typed = options.prompt === '-' ? await context.terminal.input(context.signal) : options.prompt;
  if (typed !== undefined && typed.trim() === '') throw new CommandError(EXIT.usage, 'the prompt is empty');
  const attached = (options.attach ?? []).map((file) => ({ name: file, ...attachedFile(pathFrom(context.cwd, file), file) }));
  if (typed === undefined && attached.length > 0) throw new CommandError(EXIT.usage, '--attach goes with a prompt');
  return typed === undefined ? undefined : saidWith(typed, attached);
}

/** A typed message with the files it names. One that cannot be read is an error: nothing is said without it. */
export function typedMessage(text: string, folder: string): Said {
  const attached = mentionsIn(text).flatMap(({ path, written, plain }) => {
    const real = pathFrom(folder, path);
    if (!plain && !isThere(real)) return [];
    try {
      return [{ name: path, ...attachedFile(real, path) }];
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(error.exit, `${error.message}; nothing was sent (\\${written} says it as it is)`, { cause: error });
    }
  });
  return saidWith(unescaped(text), attached);
}

function saidWith(text: string, attached: readonly ({ readonly name: string } & Attached)[]): Said {
  const texts = attached.flatMap((one) => ('text' in one ? [`<file name="${one.name.replaceAll('"', "'")}">\n${one.text}\n</file>`] : []));
  const files: readonly Attachment[] = attached.flatMap((one) => ('file' in one ? [one.file] : []));
  return { text: [text, ...texts].join('\n\n'), ...(files.length > 0 && { files }) };
}
