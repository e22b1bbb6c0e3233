import type { LanguageModelV4Prompt } from '@ai-sdk/provider';

/**
 * Whether thinking can be on for this prompt at a Messages target: a turn that already asked for tools must then begin with its thinking
 * block, and a turn begun by another model has none (providers C4). It is on again with the next user message.
 */
export function mayThink(prompt: LanguageModelV4Prompt): boolean {
  const turn = prompt.slice(prompt.findLastIndex((message) => message.role === 'user') + 1);
  const opening = turn.find((message) => message.role === 'assistant');
  if (!opening || opening.role !== 'assistant' || opening.content[0]?.type === 'reasoning') return true;
  return !turn.some((message) => message.role === 'assistant' && message.content.some((part) => part.type === 'tool-call'));
}
