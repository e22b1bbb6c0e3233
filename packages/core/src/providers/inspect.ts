import { ModelFailure } from '../rules/failure.ts';
import type { Target } from '../rules/target.ts';

/** The head of a response whose body turned out to be a failure. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly now: number;
  readonly target: Target;
}

/** A body where an answer was due: the failure it stands for. */
export function failureOf(answered: Answered, text: string): ModelFailure {
  const status = answered.status;
  return new ModelFailure(text.trimStart().startsWith('{') ? 'unknown' : 'malformed', 'the provider sent no answer', {
    status,
    detail: text.slice(0, 200),
  });
}
