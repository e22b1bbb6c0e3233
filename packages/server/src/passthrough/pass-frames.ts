import type { Dialect } from '@holdfast/core/engine';
import { FrameTooLongError, Refrain, SseFramer, type FrameTaker, type SseFrame, type WireFrame, type WirePart } from '@holdfast/core/wire';

type Piece = Extract<WirePart, { readonly type: 'text-delta' | 'reasoning-delta' }>;

export interface PassFramesOf {
  readonly dialect: Dialect;
  readonly attempt: number;
  /** Frames that are alike need not be read one by one (N3). */
  readonly runs: boolean;
  readonly frame: (frame: SseFrame) => void;
  /** Of frames that say more of what the last one said, and nothing else. */
  readonly run: (part: WirePart) => void;
  /** Nothing of the stream is read after it. */
  readonly tooLong: (error: FrameTooLongError) => void;
}

/** A provider's bytes as frames, and as runs of frames that are alike but for their text. */
export class PassFrames {
  readonly #of: PassFramesOf;
  readonly #framer = new SseFramer();
  readonly #refrain = new Refrain();
  readonly #taker: FrameTaker;
  /** What the last frame was, where the next may be more of the same. */
  #piece: Piece | undefined;

  constructor(of: PassFramesOf) {
    this.#of = of;
    const frame = (one: SseFrame): void => {
      this.#refrain.stop();
      of.frame(one);
    };
    this.#taker = of.runs && of.dialect.moreOf ? { frame, run: (text, from) => this.#run(text, from) } : { frame };
  }

  push(chunk: Buffer): void {
    try {
      this.#framer.feed(chunk, this.#taker);
    } catch (error) {
      this.#stopped(error);
    }
  }

  end(): void {
    try {
      this.#framer.end().forEach(this.#taker.frame);
    } catch (error) {
      this.#stopped(error);
    }
  }

  /** The last part of the frame that was told last. */
  learn({ event, data, json }: WireFrame, part: WirePart | undefined): void {
    const { moreOf } = this.#of.dialect;
    if (!this.#taker.run || !moreOf || !part || (part.type !== 'text-delta' && part.type !== 'reasoning-delta')) return;
    if (part.providerMetadata !== undefined || moreOf(json) !== part.delta) return;
    this.#piece = part;
    this.#refrain.learn(event, data, part.delta, moreOf);
  }

  #stopped(error: unknown): void {
    if (!(error instanceof FrameTooLongError)) throw error;
    this.#of.tooLong(error);
  }

  #run(text: string, from: number): number {
    const end = this.#refrain.read(text, from);
    if (end === from) return from;
    const { type, id } = this.#piece!;
    const wire = { attempt: this.#of.attempt, frames: [], run: text.slice(from, end) };
    this.#of.run({ type, id, delta: this.#refrain.said, wire });
    return end;
  }
}
