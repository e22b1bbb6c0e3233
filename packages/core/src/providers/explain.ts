import { isModelFailure, ModelFailure } from '../rules/failure.ts';

/** What the AI SDK's packages throw or put into an `error` part when an answer cannot be read. Told apart by name: there may be copies. */
const BROKEN: Readonly<Record<string, 'truncated' | 'malformed'>> = {
  AI_JSONParseError: 'truncated',
  AI_EmptyResponseBodyError: 'truncated',
  AI_TypeValidationError: 'malformed',
  AI_InvalidResponseDataError: 'malformed',
};

const MESSAGES: readonly (readonly [RegExp, 'truncated' | 'malformed', string])[] = [
  [/ended without a finish reason/i, 'truncated', 'the stream ended without a finish reason'],
  [/^Expected a normalized Anthropic stream error$/, 'malformed', 'the first frame is not one of this protocol'],
];

/** A failure to read an answer, as a failure of the answer; everything else is left for the classifier. */
export function explain(error: unknown): unknown {
  if (isModelFailure(error) || !(error instanceof Error)) return error;
  for (const [pattern, kind, message] of MESSAGES)
    if (pattern.test(error.message)) return new ModelFailure(kind, message, {}, { cause: error });
  const kind = BROKEN[error.name];
  if (kind === undefined) return error;
  return new ModelFailure(
    kind,
    kind === 'truncated' ? 'the stream broke: a frame could not be read' : 'the answer is not of this protocol',
    {},
    { cause: error },
  );
}
