import type { Ask, LiveKey, ModelOptions, Part, ResolvedKey, ResolvedProvider, Target } from '@holdfast/core/engine';

/** One place of a chain, with all that is needed to ask it in the client's own protocol, and the way through the AI SDK for any other. */
export interface ReachedTarget {
  /** The chain numbers it. */
  readonly target: Target;
  readonly provider: ResolvedProvider;
  readonly key: ResolvedKey;
  /** Its key, where that may change while the process runs. */
  readonly live?: LiveKey | undefined;
  readonly ask: Ask<ModelOptions, Part>;
  /** What the file sets for it; a request's own values win. */
  readonly defaults: Partial<ModelOptions>;
}
