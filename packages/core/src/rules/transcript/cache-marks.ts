import type { LanguageModelV4Prompt } from '@ai-sdk/provider';

type Holder = { readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined };

const isMarked = ({ providerOptions }: Holder): boolean => providerOptions?.['anthropic']?.['cacheControl'] !== undefined;

function unmarked<T extends Holder>(holder: T): T {
  const { cacheControl: _, ...anthropic } = holder.providerOptions?.['anthropic'] ?? {};
  return { ...holder, providerOptions: { ...holder.providerOptions, anthropic } };
}

/** The prompt with the last `most` cache marks; the package keeps the first, which cover the least. Marks change no text (T2). */
export function lastMarks(prompt: LanguageModelV4Prompt, most: number): LanguageModelV4Prompt {
  let left = most;
  const keep = <T extends Holder>(holder: T): T => (!isMarked(holder) || left-- > 0 ? holder : unmarked(holder));
  return prompt
    .toReversed()
    .map((message) => {
      const kept = keep(message);
      if (kept.role === 'system') return kept;
      return { ...kept, content: kept.content.toReversed().map(keep).toReversed() } as typeof kept;
    })
    .toReversed();
}
