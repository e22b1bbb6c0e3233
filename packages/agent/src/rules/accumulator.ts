import type { Message, RunState } from './run-state.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A state under construction, owned by one fold. */
export interface Accumulator extends Mutable<Omit<RunState, 'transcript' | 'called' | 'allowed' | 'consumed' | 'models' | 'added'>> {
  transcript: Message[];
  called: Set<string>;
  allowed: Set<string>;
  consumed: Set<string>;
  models: Map<string, string>;
  added: Set<string>;
}
