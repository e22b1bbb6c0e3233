import { ModelFailure } from '@holdfast/core/engine';

const SAYS = {
  cut: ['truncated', 'the connection was cut in the middle of the answer'],
  unreadable: ['truncated', 'the stream broke: a frame could not be read'],
  unfinished: ['truncated', 'the stream ended without a finish reason'],
  'too-long': ['malformed', 'the provider sent a frame of more than 16 MiB'],
} as const;

/** The ways in which a provider's stream breaks off (Q1). */
export const brokenFrame = (how: keyof typeof SAYS, cause?: unknown): ModelFailure => {
  const [kind, message] = SAYS[how];
  return new ModelFailure(kind, message, {}, cause === undefined ? undefined : { cause });
};
