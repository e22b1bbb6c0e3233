import { callAt, type CommandCall } from './command-calls.ts';

/**
 * The text of an agent's command, with what was typed after it.
 *
 * V1. One pass: what a user typed, a variable holds or a tool printed is never read as a placeholder or a call.
 * V2. Placeholders are `$1`…`$99`, `${args}` (all that was typed), `${args[0]}`, `${args.length}`, `${args.join("…")}` and `${env.NAME}`;
 *     a missing argument is empty, an unset variable and every other `${…}` stay as they are written.
 * V3. What was typed is said after the text when no placeholder asked for it.
 */
export interface Expanded {
  /** Text, and calls that the caller runs, in order. */
  readonly pieces: readonly (string | CommandCall)[];
  readonly calls: readonly CommandCall[];
  /** `${…}` that nothing here acts on, as written. */
  readonly unread: readonly string[];
}

/** `/name what follows`. Undefined: the line is no command. */
export function slashLine(line: string): { readonly name: string; readonly rest: string } | undefined {
  const found = /^\s*\/([\w][\w:.-]*)(?:\s+([\s\S]*))?$/.exec(line);
  return found ? { name: found[1]!, rest: (found[2] ?? '').trim() } : undefined;
}

/** As a shell splits words: quotes hold together, a backslash takes the next sign as it is. A quote that nothing closes is itself. */
export function typedArguments(rest: string): readonly string[] {
  const words = rest.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|\S)+/gs) ?? [];
  return words.map((word) =>
    word.replace(/\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'/gs, (_, escaped?: string, double?: string, single?: string) =>
      double === undefined ? (escaped ?? single ?? '') : double.replace(/\\(.)/gs, '$1'),
    ),
  );
}

interface Typed {
  readonly rest: string;
  readonly words: readonly string[];
  readonly env: (name: string) => string | undefined;
}

/** What a placeholder stands for. `known`: it is one; without `text` it stays as it is written. */
interface Read {
  readonly length: number;
  readonly text?: string;
  readonly uses?: true;
  readonly known: boolean;
}

const NUMBERED = /\$([1-9]\d?)(?![\w]|[.,]\d)/y;
const BRACES = /\$\{([^{}\n]*)\}/y;

function placeholderAt(text: string, at: number, { rest, words, env }: Typed): Read | undefined {
  NUMBERED.lastIndex = at;
  const numbered = NUMBERED.exec(text);
  if (numbered) return { length: numbered[0].length, text: words[Number(numbered[1]) - 1] ?? '', uses: true, known: true };
  BRACES.lastIndex = at;
  const braces = BRACES.exec(text);
  if (!braces) return undefined;
  const [{ length }, inside] = [braces[0], braces[1]!.trim()];
  const of = (value: string): Read => ({ length, text: value, uses: true, known: true });
  if (inside === 'args') return of(rest);
  if (inside === 'args.length') return of(String(words.length));
  const place = /^args\[(\d{1,4})\]$/.exec(inside);
  if (place) return of(words[Number(place[1])] ?? '');
  const join = /^args\.join\((["'])(.*)\1\)$/s.exec(inside);
  if (join) return of(words.join(join[2]!.replaceAll('\\n', '\n')));
  const variable = /^env\.([A-Za-z_]\w*)$/.exec(inside);
  if (!variable) return { length, known: false };
  const value = env(variable[1]!);
  return { length, known: true, ...(value !== undefined && value !== '' && { text: value }) };
}

/** What a command says: its `instruction` with what was typed after its name. */
export function expandCommand(instruction: string, rest: string, env: Typed['env']): Expanded {
  const typed: Typed = { rest, words: typedArguments(rest), env };
  const pieces: (string | CommandCall)[] = [];
  const unread: string[] = [];
  let [uses, plain] = [false, ''];
  const fill = (text: string): string => {
    let filled = '';
    for (let at = 0; at < text.length; at++) {
      const met = text[at] === '$' ? placeholderAt(text, at, typed) : undefined;
      if (met?.uses) uses = true;
      if (met?.known === false) unread.push(text.slice(at, at + met.length));
      filled += met?.text ?? text.slice(at, at + (met?.length ?? 1));
      at += (met?.length ?? 1) - 1;
    }
    return filled;
  };
  let start = 0;
  for (let at = 0; at < instruction.length; at++) {
    const met = instruction[at] === '!' || instruction[at] === '$' ? callAt(instruction, at) : undefined;
    if (!met) continue;
    plain = fill(instruction.slice(start, at));
    const args = Object.fromEntries(Object.entries(met.call.args).map(([name, value]) => [name, fill(value)]));
    pieces.push(...(plain === '' ? [] : [plain]), { tool: met.call.tool, args });
    start = met.end;
    at = met.end - 1;
  }
  plain = fill(instruction.slice(start));
  const added = uses || rest === '' ? '' : `${glue(instruction)}${rest}`;
  if (plain + added !== '') pieces.push(plain.trimEnd() + added);
  return { pieces, calls: pieces.filter((piece) => typeof piece !== 'string'), unread };
}

/** What was typed goes on with a line, and stands apart from a page. */
const glue = (instruction: string): string => {
  const text = instruction.trim();
  return text === '' ? '' : text.includes('\n') ? '\n\n' : ' ';
};

/** The prompt. `outputs`: of the calls, in order. */
export function promptOf({ pieces }: Expanded, outputs: readonly string[]): string {
  let nth = 0;
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : (outputs[nth++] ?? '')))
    .join('')
    .trim();
}

/** Stands where the output of a call would stand: the model reads what went wrong. */
export const failedCall = ({ tool }: CommandCall, why: string): string => `[!${tool}: ${why}]`;

export const unknownTool = (call: CommandCall, known: readonly string[]): string =>
  failedCall(call, `there is no tool "${call.tool}"${known.length === 0 ? '' : ` (there are ${known.join(', ')})`}`);
