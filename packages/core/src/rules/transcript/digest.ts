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

const SEEDS = [0, 0x9e3779b9, 0x7f4a7c15, 0x51ed270b];
/** Base-62 digits that a lane of 32 bits fills. */
const OF_LANE = 5;

/** A stable name of `text`: up to 20 letters and digits, 5.95 bits each. Names things, protects nothing. */
export function digest(text: string, digits: number): string {
  let out = '';
  for (const seed of SEEDS) {
    let value = lane(text, seed);
    for (let n = 0; n < OF_LANE && out.length < digits; n++) {
      out += DIGITS[value % 62];
      value = Math.floor(value / 62);
    }
    if (out.length === digits) return out;
  }
  return out;
}
