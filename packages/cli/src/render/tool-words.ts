import type { ToolCall } from '@holdfast/agent';

const LONGEST = 100;

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** A tool call on one line: its name and the arguments as the model sent them. */
export function toolWords({ name, input }: Pick<ToolCall, 'name' | 'input'>): string {
  const args = argumentsOf(input);
  if (args === undefined) return `${name} ${cut(input.replace(/\s+/g, ' '), LONGEST)}`;
  const words = Object.entries(args).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${key}=${cut(text.replace(/\s+/g, ' '), 60)}`;
  });
  return cut(`${name} ${words.join(' ')}`.trim(), LONGEST);
}

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
  const first = cut((lines[0] ?? '').trim(), 80);
  if (failed || lines.length === 1) return first === '' ? '(no output)' : first;
  return `${lines.length} lines`;
}
