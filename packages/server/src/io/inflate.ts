import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';

type Inflate = (bytes: Buffer, options: ZlibOptions, done: (error: NodeJS.ErrnoException | null, out: Buffer) => void) => void;

const BY_NAME: Readonly<Record<string, Inflate>> = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate, br: brotliDecompress };

/** Undefined: a coding that nobody here reads. */
export const inflater = (coding: string): ((bytes: Buffer, limit: number) => Promise<Buffer | 'too-large' | 'broken'>) | undefined => {
  const unpack = Object.hasOwn(BY_NAME, coding) ? BY_NAME[coding] : undefined;
  if (!unpack) return;
  return (bytes, limit) =>
    new Promise((resolve) => {
      // zlib stops at the limit: a bomb is never unpacked further
      unpack(bytes, { maxOutputLength: limit }, (error, out) => {
        if (!error) resolve(out);
        else resolve(error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'broken');
      });
    });
};
