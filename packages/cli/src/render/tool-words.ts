import type { ToolCall } from '@holdfast/agent';

const LONGEST = 100;
/** Of one argument shown whole: what is longer keeps its beginning and its end. */
const [HEAD, TAIL] = [3000, 1000];

/** Never through the middle of a character. */
const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

type Called = Pick<ToolCall, 'name' | 'input'>;

/** A tool call on one line: its name and the arguments as the model sent them. */
export function toolWords({ name, input }: Called): string {
  const args = argumentsOf(input);
  const words = args
    ? Object.entries(args).map(([key, value]) => `${key}=${cut(oneLine(textOf(value)), 60)}`)
    : [cut(oneLine(input), LONGEST)];
  return cut(oneLine(`${name} ${words.join(' ')}`).trim(), LONGEST);
}

/** A tool call for who must decide about it: nothing hides behind an ellipsis or in a long line. */
export function wholeCall({ name, input }: Called): string {
  const args = argumentsOf(input) ?? { arguments: input };
  const values = Object.entries(args).map(([key, value]) => [oneLine(key), textOf(value)] as const);
  const short = `${oneLine(name)} ${values.map(([key, value]) => `${key}=${value}`).join(' ')}`.trim();
  if (short.length <= LONGEST && !short.includes('\n')) return short;
  return [oneLine(name), ...values.map(([key, value]) => `    ${key}: ${bounded(value).replaceAll('\n', '\n      ')}`)].join('\n');
}

const bounded = (text: string): string =>
  text.length <= HEAD + TAIL
    ? text
    : `${text.slice(0, HEAD)}\n… ${(text.length - HEAD - TAIL).toLocaleString('en-US')} more characters …\n${text.slice(-TAIL)}`;

function argumentsOf(input: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(input === '' ? '{}' : input);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What a result came to, in a few words: its first line, and how much there was. */
export function resultWords(output: string, failed: boolean): string {
  const lines = output.trimEnd().split('\n');
  // Why something failed is what a reader wants to know whole.
  const first = cut((lines[0] ?? '').trim(), failed ? 300 : 80);
  if (failed || lines.length === 1) return first === '' ? '(no output)' : first;
  return `${lines.length} lines`;
}

/** Where all of an output lies that was too long to be kept whole. */
export const wholeIn = ({ file }: { readonly file?: string | undefined }): string => (file === undefined ? '' : ` (all of it: ${file})`);
