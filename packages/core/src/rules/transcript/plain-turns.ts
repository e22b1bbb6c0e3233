import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { sentFile } from './files.ts';
import { metadata } from './origin.ts';
import type { Wants } from './wants.ts';

export const EMPTY = '(empty)';

/** One question, with nothing in it that a projection would change: the commonest prompt goes on as it is. */
export const isPlain = (prompt: readonly LanguageModelV4Message[]): boolean =>
  prompt.length > 0 &&
  prompt.at(-1)?.role === 'user' &&
  prompt.every((message, at) => {
    if (message.providerOptions) return false;
    if (message.role === 'system') return at === 0 && message.content.trim() !== '';
    return (
      message.role === 'user' &&
      at <= 1 &&
      (at === 0 || prompt[0]?.role === 'system') &&
      message.content.length > 0 &&
      message.content.every((part) => !part.providerOptions && part.type === 'text' && part.text.trim() !== '')
    );
  });

/** Later system messages are refused by some: they go on as marked user text. Lifting them to the top would rewrite the prefix (T2). */
export function system(message: LanguageModelV4Message & { role: 'system' }, wants: Wants, talking: boolean): LanguageModelV4Message {
  const kept = metadata(message, 'unknown', wants);
  if (!talking || wants.system === 'anywhere') return { role: 'system', content: message.content, ...kept };
  return { role: 'user', content: [{ type: 'text', text: `<system>\n${message.content}\n</system>` }], ...kept };
}

export function user(message: LanguageModelV4Message & { role: 'user' }, wants: Wants): LanguageModelV4Message {
  const content = message.content.flatMap((part) => {
    if (part.type === 'file') return [sentFile(part, wants)];
    return part.text.trim() === '' ? [] : [{ type: 'text' as const, text: part.text, ...metadata(part, 'unknown', wants) }];
  });
  return { role: 'user', content: content.length > 0 ? content : [{ type: 'text', text: EMPTY }], ...metadata(message, 'unknown', wants) };
}
