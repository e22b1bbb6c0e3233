import type { RunEvent } from './events.ts';
import type { Message } from './run-state.ts';

/** What stands instead of a tool result that was cut: the log has the whole. */
export const CUT_RESULT = '[content cut to save room]';

/** How the message with a summary begins. */
const SUMMARY = 'Session Summary: ';

/**
 * The transcript after a compaction.
 * K1. What stands with the instruction stays; then comes the summary, as a message of the user's, then the newest `keep` messages.
 * K2. A result of `cut` is there without its content and its files.
 * K3. The kept replies count as made elsewhere: their signatures were bound to what stood before them, and their own maker refuses them
 *     now (T2).
 */
export function compacted(
  transcript: readonly Message[],
  { summary, keep, cut = [] }: RunEvent & { readonly type: 'compaction' },
): readonly Message[] {
  const from = Math.max(0, transcript.length - keep);
  return [
    ...transcript.slice(0, from).filter((message) => message.role === 'user' && message.system),
    {
      role: 'user',
      text: SUMMARY + summary,
      summary: true,
      ...(transcript.at(-1)?.role === 'assistant' && { answered: true }),
    },
    ...withoutResults(transcript.slice(from), cut).map((message) => (message.role === 'assistant' ? unbound(message) : message)),
  ];
}

/** The same messages, the results of these calls without their content. */
export function withoutResults(messages: readonly Message[], cut: readonly string[]): readonly Message[] {
  if (cut.length === 0) return messages;
  const gone = new Set(cut);
  return messages.map((message) => {
    if (message.role !== 'tool' || !gone.has(message.id)) return message;
    const { files: _, ...rest } = message;
    return { ...rest, output: CUT_RESULT };
  });
}

/** The same reply, made by nobody who is asked again. */
export const unbound = <M extends Message & { readonly role: 'assistant' }>(message: M): M => ({
  ...message,
  origin: { ...message.origin, entry: '', protocol: 'other', model: '', account: '' },
});
