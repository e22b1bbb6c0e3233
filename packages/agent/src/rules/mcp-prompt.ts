import { placeholder, textOf, type McpPart } from './mcp-result.ts';

/** A prompt as an MCP server lists it. */
export interface ListedPrompt {
  readonly name: string;
  readonly description?: string | undefined;
  readonly arguments?:
    | readonly { readonly name: string; readonly description?: string | undefined; readonly required?: boolean | undefined }[]
    | undefined;
}

/** The text of all messages, blank lines between them; what is no text leaves a word in its place. */
export const promptText = (messages: readonly { readonly content: McpPart }[]): string =>
  messages.map(({ content }) => textOf(content) ?? `[${placeholder(content)}]`).join('\n\n');

/** Set when a prompt is called without what it needs. */
export function promptProblem(prompt: ListedPrompt, given: Readonly<Record<string, string>>): string | undefined {
  const missing = (prompt.arguments ?? []).filter(({ name, required }) => required && !Object.hasOwn(given, name)).map(({ name }) => name);
  if (missing.length === 0) return undefined;
  return `The prompt "${prompt.name}" needs ${missing.map((name) => `"${name}"`).join(' and ')}.`;
}
