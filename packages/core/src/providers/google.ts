import { first, isRecord, isThere, isWord, type Dialect } from './dialect.ts';

const isBlocked = (feedback: unknown): boolean =>
  isRecord(feedback) && isWord(feedback['blockReason']) && !/^BLOCK(ED)?_REASON_UNSPECIFIED$/.test(feedback['blockReason']);

export const google: Dialect = {
  protocol: 'google',
  look(frame) {
    if (isThere(frame['error'])) return 'error';
    if (isBlocked(frame['promptFeedback'])) return 'finish';
    const candidate = first(frame['candidates']);
    return candidate && isWord(candidate['finishReason']) ? 'finish' : 'pass';
  },
  breakFrame: JSON.stringify({ error: { code: 500, message: 'the stream broke', status: 'INTERNAL' } }),
};
