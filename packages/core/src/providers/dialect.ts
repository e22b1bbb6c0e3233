import type { ModelOptions } from '../model.ts';
import type { MoreOf } from '../wire/refrain.ts';
import type { ServedProtocol } from './known.data.ts';

/**
 * What one frame of a provider's stream is.
 * `pass` it goes on to the vendor package · `ping` a sign of life without content, kept back · `drop` a frame of a kind that nobody knows, kept
 * back · `finish` it holds the finish reason: what breaks after it is mended (C2) · `done` nothing will follow · `error` it is a failure ·
 * a string: this goes on instead.
 */
export type Verdict = 'pass' | 'ping' | 'drop' | 'finish' | 'done' | 'error' | { readonly instead: string };

export type Frame = Readonly<Record<string, unknown>>;

/** How one protocol frames its answers. One vendor's oddity per file; plain functions over parsed frames. */
export interface Dialect {
  readonly protocol: ServedProtocol;
  look(frame: Frame): Verdict;
  /** What a frame adds to the text or the thoughts that are open, where it does nothing else. Absent where frames are numbered. */
  moreOf?: MoreOf;
  /** The request as this protocol's package must get it. */
  options?(request: ModelOptions, model: string): ModelOptions;
  /**
   * A frame that the vendor package turns into an `error` part. It stands, in order, where the stream broke: what follows from the break
   * (half a tool call that the package would complete) comes after it and is dropped.
   */
  readonly breakFrame: string;
  /** Frames that end an answer whose finish was seen but whose end did not come. */
  readonly terminator?: string;
}

export const isRecord = (value: unknown): value is Frame => typeof value === 'object' && value !== null && !Array.isArray(value);

export const first = (value: unknown): Frame | undefined => {
  const one: unknown = Array.isArray(value) ? value[0] : undefined;
  return isRecord(one) ? one : undefined;
};

export const isWord = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const isThere = (value: unknown): boolean => value !== undefined && value !== null;
