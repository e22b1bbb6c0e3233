import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { isCut, type ProjectionTarget, type Standing } from './origin.ts';

type Content = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number];

/** The items of reasoning whose encrypted content is at hand. */
export const encryptedItem = (part: Content): string[] => {
  const openai = part.type === 'reasoning' ? (part.providerOptions?.['openai'] ?? part.providerOptions?.['azure']) : undefined;
  return typeof openai?.['reasoningEncryptedContent'] === 'string' ? [String(openai['itemId'] ?? '')] : [];
};

/** Reasoning that its own target takes back: whole, and with what that target wants to see on it. */
export function mayReturn(
  part: Content & { type: 'reasoning' },
  from: Standing,
  { wants }: ProjectionTarget,
  encrypted: ReadonlySet<string>,
): boolean {
  if (isCut(part)) return false;
  const { providerOptions: options = {} } = part;
  switch (wants.reasoning) {
    case 'signature':
      return typeof options['anthropic']?.['signature'] === 'string' || typeof options['anthropic']?.['redactedData'] === 'string';
    // Nothing is kept at the provider: an item without its content could not be found there.
    case 'encrypted':
      return encrypted.has(String((options['openai'] ?? options['azure'])?.['itemId'] ?? ''));
    case 'thought-signature':
      return from === 'own' || wants.namespaces.some((name) => options[name]?.['thoughtSignature'] !== undefined);
    default:
      return true;
  }
}

const isThought = ({ type }: Content): boolean => type === 'reasoning' || type === 'reasoning-file';

/**
 * Thoughts that nothing follows are an aborted turn's (providers C6): no vendor takes them. White space at the end of a turn is refused by
 * some; a turn that holds reasoning may be bound to its bytes: it stays as it is.
 */
export function trimmed(parts: Content[]): Content[] {
  const end = parts.findLastIndex((part) => !isThought(part)) + 1;
  const kept = end === parts.length ? parts : parts.slice(0, end);
  const last = kept.at(-1);
  if (last?.type !== 'text' || kept.some(isThought)) return kept;
  return [...kept.slice(0, -1), { ...last, text: last.text.trimEnd() }];
}
