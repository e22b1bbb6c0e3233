import type { ToolCall } from './events.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** The arguments of a call, or what to tell the model about the text it sent. No text at all is no arguments. */
export function argumentsOf(call: ToolCall): { readonly input: Arguments } | { readonly error: string } {
  const text = call.input.trim();
  if (text === '') return { input: {} };
  const parsed = parse(text);
  if ('error' in parsed) {
    return { error: `The arguments of ${call.name} are not valid JSON: ${parsed.error}. Received: ${excerpt(text)}` };
  }
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { input: value as Arguments };
  return { error: `The arguments of ${call.name} must be a JSON object. Received: ${excerpt(text)}` };
}

function parse(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const excerpt = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text);

/** The same arguments in any order of keys are the same text; what is not JSON stands for itself. */
export function canonical(text: string): string {
  const parsed = parse(text.trim() || '{}');
  return 'error' in parsed ? text : sortedText(parsed.value);
}

/** JSON, written by hand: an object put together in another order would put integer-like keys first, and `__proto__` nowhere. */
function sortedText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sortedText).join(',')}]`;
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${sortedText((value as Arguments)[key])}`).join(',')}}`;
}
