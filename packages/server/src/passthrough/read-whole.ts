import { OVER, type UpstreamAnswer } from './upstream-answer.ts';

/** What was read of a body: all of it, or, where `peek` recognised a stream, what had come so far. */
export interface WholeRead {
  readonly text: string;
  /** It was longer than the limit; the rest was let go unread. */
  readonly over: boolean;
  /** What broke it before its end. */
  readonly cut?: unknown;
  readonly events?: Buffer;
}

/** Reads a body up to `limit` bytes. `peek` sees the first that is more than white space and may claim the rest as a stream. */
export function readWhole(answer: UpstreamAnswer, limit: number, life: () => void, peek?: (start: string) => boolean): Promise<WholeRead> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let looked = peek === undefined;
    const all = (): Buffer => (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    const end = (more: Partial<WholeRead> = {}): void => resolve({ text: all().toString('utf8'), over: false, ...more });
    const take = (chunk: Buffer | typeof OVER): void => {
      if (chunk === OVER) return end();
      life();
      chunks.push(chunk);
      size += chunk.length;
      const start = looked ? '' : all().toString('utf8').trimStart();
      if (start !== '') {
        looked = true;
        if (peek?.(start)) return end({ text: '', events: all() });
      }
      if (size <= limit) return answer.read(take, fail);
      answer.abort('too long');
      end({ over: true });
    };
    const fail = (cut: unknown): void => end({ cut });
    answer.read(take, fail);
  });
}
