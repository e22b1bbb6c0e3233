import { isRecord, isThere, isWord, type Dialect } from './dialect.ts';

/** Frames of any other type are new ones: ignored, where the vendor package would end the answer with an error. */
const KNOWN = new Set(['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta']);

export const anthropicMessages: Dialect = {
  protocol: 'anthropic-messages',
  look(frame) {
    const type = frame['type'];
    if (type === 'ping') return 'ping';
    if (type === 'error' || (!isWord(type) && isThere(frame['error']))) return 'error';
    if (type === 'message_stop') return 'done';
    if (!isWord(type) || !KNOWN.has(type)) return 'drop';
    const delta = frame['delta'];
    return type === 'message_delta' && isRecord(delta) && isWord(delta['stop_reason']) ? 'finish' : 'pass';
  },
  moreOf({ type, delta }) {
    if (type !== 'content_block_delta' || !isRecord(delta)) return undefined;
    const text = delta['type'] === 'text_delta' ? delta['text'] : delta['type'] === 'thinking_delta' ? delta['thinking'] : undefined;
    return isWord(text) ? text : undefined;
  },
  breakFrame: JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'the stream broke' } }),
  // The package says finish at this frame, not at the one with the stop reason.
  terminator: JSON.stringify({ type: 'message_stop' }),
};
