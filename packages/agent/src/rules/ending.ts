import type { EndFailure } from './events.ts';

/** The fields of a failure of `@holdfast/core`, which may come from another copy of it, or of any other error. */
interface FailureView {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly facts?: { readonly retryAt?: number };
  readonly record?: { readonly retryAt?: number };
  readonly salvaged?: string;
}

/** What the log keeps of the error that ended a call. `shown`: the text the user saw before. */
export function endFailure(error: unknown, shown: string, blamed: EndFailure['blamed'] = []): EndFailure {
  const { kind, message, facts, record, salvaged } = (typeof error === 'object' && error !== null ? error : {}) as FailureView;
  const retryAt = record?.retryAt ?? facts?.retryAt;
  const text = salvaged || shown;
  return {
    kind: typeof kind === 'string' ? kind : 'unknown',
    message: typeof message === 'string' && message !== '' ? message : String(error),
    ...(retryAt !== undefined && { retryAt }),
    ...(text !== '' && { salvaged: text }),
    ...(blamed.length > 0 && { blamed }),
  };
}
