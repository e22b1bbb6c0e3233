const startsWith = (bytes: Uint8Array, ...begin: readonly number[]): boolean => begin.every((byte, at) => bytes[at] === byte);
const textAt = (bytes: Uint8Array, at: number, text: string): boolean => [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));

/** What kind of picture these bytes are, by how they begin; a name says nothing. */
export function imageType(bytes: Uint8Array): string | undefined {
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (textAt(bytes, 0, 'GIF87a') || textAt(bytes, 0, 'GIF89a')) return 'image/gif';
  return textAt(bytes, 0, 'RIFF') && textAt(bytes, 8, 'WEBP') ? 'image/webp' : undefined;
}
