import type { LanguageModelV4Message } from '@ai-sdk/provider';

/** It cannot have changed since it was last seen. Who builds prompts out of frozen messages is spared that they are read anew every turn. */
export const isFixed = (message: LanguageModelV4Message): boolean => Object.isFrozen(message) && Object.isFrozen(message.content);

/** Whether a prompt begins with these very messages. */
export function beginsWith(prompt: readonly LanguageModelV4Message[], known: readonly LanguageModelV4Message[]): boolean {
  if (known.length > prompt.length) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== prompt[at]) return false;
  return true;
}

/** What the projection of a message depends on besides the message and the results of its calls. */
export interface Before {
  /** Calls of each id. */
  readonly seen: Map<string, number>;
  readonly ranThere: Set<string>;
  talking: boolean;
}

export const nothingBefore = (): Before => ({ seen: new Map(), ranThere: new Set(), talking: false });
