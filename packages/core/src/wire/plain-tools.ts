import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { isObject, isText, type JsonObject } from './json.ts';

/** OpenAI's custom tools, whose input is plain text, are to others tools whose input is an object with that text. */
const PLAIN_INPUT: LanguageModelV4FunctionTool['inputSchema'] = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
};

export const plainTool = (name: string, description: unknown): LanguageModelV4FunctionTool => ({
  type: 'function',
  name,
  ...(isText(description) && description !== '' && { description }),
  inputSchema: PLAIN_INPUT,
});

/** The input of a call of such a tool, as its history tells it. */
export const plainInput = (text: unknown): JsonObject => ({ input: isText(text) ? text : '' });

/** The text that such a tool is called with: as an object holds it, as JSON holds a text, or as it is. */
export function plainText(input: string): string {
  try {
    const read: unknown = JSON.parse(input);
    if (isText(read)) return read;
    return isObject(read) && isText(read['input']) ? read['input'] : input;
  } catch {
    return input;
  }
}
