/** What was read of a body: the whole text, or, when `peek` recognised it as a stream, its first chunk and the reader for the rest. */
export interface ReadBody {
  readonly text: string;
  /** It was longer than the limit; the rest was let go unread. */
  readonly over: boolean;
  /** What broke it before its end; the text is what had come. */
  readonly cut?: unknown;
  readonly head?: Uint8Array;
  readonly rest?: ReadableStreamDefaultReader<Uint8Array>;
}

/** Reads a body up to `limit` bytes. `peek` sees the first bytes that are more than white space and may claim the rest as a stream. */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  alive: () => void,
  peek?: (start: string) => boolean,
): Promise<ReadBody> {
  if (!body) return { text: '', over: false };
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const start: Uint8Array[] = [];
  for (let looked = peek === undefined; ;) {
    let next: ReadableStreamReadResult<Uint8Array>;
    try {
      next = await reader.read();
    } catch (cut) {
      return { text: text + decoder.decode(), over: false, cut };
    }
    const { done, value } = next;
    if (done) return { text: text + decoder.decode(), over: false };
    alive();
    size += value.byteLength;
    text += decoder.decode(value, { stream: true });
    if (!looked) start.push(value);
    if (!looked && text.trim() !== '') {
      looked = true;
      if (peek?.(text.trimStart())) return { text: '', over: false, head: joined(start), rest: reader };
    }
    if (size > limit) {
      reader.cancel().catch(() => {});
      return { text, over: true };
    }
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

/** The first line of an event stream: a field or a comment. */
export const startsLikeEvents = (start: string): boolean => /^(?:data:|event:|id:|retry:|:)/.test(start);
