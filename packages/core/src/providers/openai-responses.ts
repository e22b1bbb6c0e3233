import { includedFor } from '../rules/encrypted-reasoning.ts';
import { isThere, isWord, type Dialect } from './dialect.ts';

export const openaiResponses: Dialect = {
  protocol: 'openai-responses',
  look(frame) {
    switch (frame['type']) {
      case 'error':
      case 'response.failed':
        return 'error';
      case 'response.completed':
      case 'response.incomplete':
        return 'done';
      case 'keepalive':
      case 'ping':
        return 'ping';
      default:
        if (isThere(frame['error'])) return 'error';
        // A chat completions frame goes on: the vendor package says what is wrong with the URL.
        return isWord(frame['type']) || 'choices' in frame ? 'pass' : 'drop';
    }
  },
  // Nothing is kept at the provider: the history is ours, and reasoning comes back encrypted, so that any key's account can be left.
  options(request, model) {
    const { encryptedReasoning, ...own } = request.providerOptions?.['openai'] ?? {};
    const include = includedFor(Array.isArray(own['include']) ? own['include'] : [], model, encryptedReasoning === false);
    return { ...request, providerOptions: { ...request.providerOptions, openai: { ...own, store: false, include: [...include] } } };
  },
  breakFrame: JSON.stringify({
    type: 'error',
    sequence_number: 0,
    error: { type: 'server_error', code: null, message: 'the stream broke', param: null },
  }),
};
