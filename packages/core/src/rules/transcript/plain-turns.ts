import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { metadata, type Origin } from './origin.ts';

const EMPTY = '(empty)';

/** One question, with nothing in it that a projection would change: the commonest prompt goes on as it is. */
export const isPlain = (prompt: readonly LanguageModelV4Message[]): boolean =>
  prompt.every((message, at) => {
    if (message.providerOptions) return false;
    if (message.role === 'system') return at === 0;
    return (
      message.role === 'user' &&
      message.content.length > 0 &&
      message.content.every((part) => !part.providerOptions && !(part.type === 'text' && part.text.trim() === ''))
    );
  });

/** Later system messages are refused by some: they go on as marked user text. Lifting them to the top would rewrite the prefix (T2). */
export function system(message: LanguageModelV4Message & { role: 'system' }, target: Origin, talking: boolean): LanguageModelV4Message {
  const kept = metadata(message, true);
  const topOnly = target.protocol === 'anthropic-messages' || target.protocol === 'google';
  if (!talking || !topOnly) return { role: 'system', content: message.content, ...kept };
  return { role: 'user', content: [{ type: 'text', text: `<system>\n${message.content}\n</system>` }], ...kept };
}

export function user(message: LanguageModelV4Message & { role: 'user' }): LanguageModelV4Message {
  const content = message.content.flatMap((part) => {
    if (part.type === 'text' && part.text.trim() === '') return [];
    const { providerOptions: _, ...rest } = part;
    return [{ ...rest, ...metadata(part, true) }];
  });
  return { role: 'user', content: content.length > 0 ? content : [{ type: 'text', text: EMPTY }], ...metadata(message, true) };
}
