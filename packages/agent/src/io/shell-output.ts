import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '@holdfast/core';

/** What comes out of a command: always drained, told piece by piece, whole characters only. Who is told keeps what is to be kept. */
export class ShellOutput {
  readonly #stream: Readable;
  readonly #clock: Clock;
  #rearm = (): void => {};

  constructor(stream: Readable, clock: Clock, tell: (text: string) => void) {
    this.#stream = stream;
    this.#clock = clock;
    const decoder = new StringDecoder('utf8');
    const pass = (text: string): void => (text === '' ? undefined : tell(text));
    stream.on('data', (chunk: Buffer) => {
      pass(decoder.write(chunk));
      this.#rearm();
    });
    stream.once('end', () => pass(decoder.end()));
  }

  /** True once it is closed; false when nothing came for `quiet` ms, or something for `longest`. */
  async drained(quiet: number, longest: number): Promise<boolean> {
    if (this.#stream.closed) return true;
    let letGo = (): void => {};
    let letGoOfAll = (): void => {};
    const closed = await new Promise<boolean>((resolve) => {
      this.#stream.once('close', () => resolve(true));
      letGoOfAll = this.#clock.after(longest, () => resolve(false));
      this.#rearm = () => {
        letGo();
        letGo = this.#clock.after(quiet, () => resolve(false));
      };
      this.#rearm();
    });
    this.#rearm = () => {};
    letGo();
    letGoOfAll();
    return closed;
  }

  close(): void {
    this.#stream.destroy();
  }
}
