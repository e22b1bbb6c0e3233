import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { KeyReader, type Typing } from '../keys.ts';

const PASTING = { on: '\x1b[?2004h', off: '\x1b[?2004l' };
const restore = (): void => void process.stderr.write(PASTING.off);

/** Keys as readline wants them: from a stream, but at once. */
export class KeyStream extends EventEmitter {
  readonly isTTY = true;
  setRawMode(on: boolean): this {
    if (process.stdin.isTTY) process.stdin.setRawMode(on);
    return this;
  }
  resume(): this {
    return this;
  }
  pause(): this {
    return this;
  }
}

/** The keyboard of this process in raw mode, until it is disposed. However the process ends, its terminal pastes as it did before. */
export function rawKeys(dumb: boolean, typed: (typing: Typing) => void): Disposable {
  const { stdin } = process;
  const reader = new KeyReader();
  const decoder = new StringDecoder('utf8');
  const data = (bytes: Buffer): void => reader.take(decoder.write(bytes)).forEach(typed);
  const ended = (): void => typed({ type: 'end' });
  stdin.on('data', data);
  stdin.on('end', ended);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.resume();
  if (!dumb) {
    process.stderr.write(PASTING.on);
    process.on('exit', restore);
  }
  return {
    [Symbol.dispose]: () => {
      stdin.off('data', data);
      stdin.off('end', ended);
      stdin.pause();
      if (stdin.isTTY) stdin.setRawMode(false);
      if (dumb) return;
      process.off('exit', restore);
      restore();
    },
  };
}
