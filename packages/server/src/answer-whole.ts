import { END, nextOf, type Answer, type Part } from '@holdfast/core/engine';
import type { EncoderStart, WireProtocol } from '@holdfast/core/wire';

/** A whole answer: its JSON text, and who gave it. */
export interface WholeAnswer {
  readonly text: string;
  readonly ref: string | undefined;
}

/** All parts of an answer that nobody sees before its end. */
export async function wholeAnswer(answer: Answer<Part>, protocol: WireProtocol, start: EncoderStart): Promise<WholeAnswer> {
  const parts: Part[] = [];
  for (;;) {
    const coming = nextOf(answer);
    const part = coming instanceof Promise ? await coming : coming;
    if (part === END) break;
    parts.push(part);
  }
  return { text: protocol.whole(parts, start), ref: answer.record.target ?? answer.ref };
}
