/** The lowest and highest second byte of a character that begins with this byte (RFC 3629), and how many bytes follow it. */
function shape(lead: number): readonly [more: number, low: number, high: number] | undefined {
  if (lead < 0x80) return [0, 0, 0];
  if (lead < 0xc2 || lead > 0xf4) return;
  if (lead < 0xe0) return [1, 0x80, 0xbf];
  if (lead < 0xf0) return [2, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf];
  return [3, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf];
}

/** The byte at which a character begins that is not UTF-8; -1 where there is none. Only asked once a decoder has said no. */
export function utf8Flaw(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const form = shape(bytes[at]!);
    if (!form) return at;
    const [more, low, high] = form;
    for (let nth = 1; nth <= more; nth++) {
      const byte = bytes[at + nth];
      if (byte === undefined || byte < (nth === 1 ? low : 0x80) || byte > (nth === 1 ? high : 0xbf)) return at;
    }
    at += more + 1;
  }
  return -1;
}
