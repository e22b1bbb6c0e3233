import { moreOf } from '../wire/chat/delta.ts';
import { first, isRecord, isThere, isWord, type Dialect, type Frame, type Verdict } from './dialect.ts';

/** Servers that imitate chat completions send a usage frame without `choices`, or a keep-alive that is no comment. */
function withoutChoices(frame: Frame): Verdict {
  if (!isRecord(frame['usage'])) return 'ping';
  return { instead: JSON.stringify({ ...frame, choices: [] }) };
}

export const openaiChat: Dialect = {
  protocol: 'openai-chat',
  look(frame) {
    if (isThere(frame['error'])) return 'error';
    if (!Array.isArray(frame['choices'])) return withoutChoices(frame);
    const choice = first(frame['choices']);
    if (choice === undefined) return 'pass';
    // OpenRouter puts an upstream's failure into an ordinary chunk.
    if (isThere(choice['error'])) return 'error';
    // Some servers send an empty finish reason with every chunk.
    return isWord(choice['finish_reason']) ? 'finish' : 'pass';
  },
  moreOf: (frame) => moreOf(frame, 'text') ?? moreOf(frame, 'reasoning'),
  breakFrame: JSON.stringify({ error: { message: 'the stream broke', type: 'server_error', param: null, code: null } }),
};
