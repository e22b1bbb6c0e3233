const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const mix = (hash: number): number => {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** 32 bits of `text` under a seed (FNV-1a over UTF-16 units, finished as in murmur3). Not for secrets. */
function lane(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    h = Math.imul(h ^ (unit & 0xff), 0x01000193);
    h = Math.imul(h ^ (unit >>> 8), 0x01000193);
    h = (h << 13) | (h >>> 19);
  }
  return mix(h ^ mix(text.length ^ seed));
}

/** A stable name of `text`: `digits` letters and digits (128 bits fill 21). Names things, protects nothing. */
export function digest(text: string, digits: number): string {
  let value = 0n;
  for (const seed of [0, 0x9e3779b9, 0x7f4a7c15, 0x51ed270b]) value = (value << 32n) | BigInt(lane(text, seed));
  let out = '';
  for (let i = 0; i < digits; i++) {
    out += DIGITS[Number(value % 62n)];
    value /= 62n;
  }
  return out;
}
