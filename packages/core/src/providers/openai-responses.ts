import { isThere, isWord, type Dialect } from './dialect.ts';

const ENCRYPTED = 'reasoning.encrypted_content';

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
  options(request) {
    const own = request.providerOptions?.['openai'];
    const include = Array.isArray(own?.['include']) ? own['include'] : [];
    const encrypted = include.includes(ENCRYPTED) ? include : [...include, ENCRYPTED];
    return { ...request, providerOptions: { ...request.providerOptions, openai: { ...own, store: false, include: encrypted } } };
  },
  breakFrame: JSON.stringify({
    type: 'error',
    sequence_number: 0,
    error: { type: 'server_error', code: null, message: 'the stream broke', param: null },
  }),
};
