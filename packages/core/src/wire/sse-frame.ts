/** Longest frame in UTF-16 units, fields and comments included (field note 39). */
export const MAX_FRAME = 16 * 1024 * 1024;

/** Thrown instead of reading on: what sends a longer frame is no model. */
export class FrameTooLongError extends Error {
  override readonly name: string = 'FrameTooLongError';
  readonly limit: number;

  constructor(limit: number) {
    super(`a frame of the stream is longer than ${limit} characters`);
    this.limit = limit;
  }
}

export interface SseEvent {
  readonly type: 'event';
  /** The lines of data, joined by a line feed. */
  readonly data: string;
  readonly event?: string;
  readonly id?: string;
  /** Ms. */
  readonly retry?: number;
  /** The stream ended before the empty line that ends a frame. */
  readonly unterminated?: true;
}

/** A comment, or a block that carries no data: nothing but a sign of life. */
export interface SseComment {
  readonly type: 'comment';
  readonly text: string;
}

export type SseFrame = SseEvent | SseComment;
