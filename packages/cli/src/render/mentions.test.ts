import { describe, expect, it } from 'vitest';
import { imageType } from './image-type.ts';
import { mentionsIn, unescaped } from './mentions.ts';

describe('files named in a message', () => {
  it.each([
    ['look at @src/main.ts, please', [['src/main.ts', true]]],
    ['@README.md', [['README.md', true]]],
    ['(@a.txt) and @a.txt again', [['a.txt', true]]],
    ['@"my notes.md" now', [['my notes.md', true]]],
    ['ask @alice', [['alice', false]]],
    ['@~/x', [['~/x', true]]],
    ['mail me@example.com or \\@src/x.ts', []],
    ['an @ alone', []],
  ])('%j', (text, found) => {
    expect(mentionsIn(text).map(({ path, plain }) => [path, plain])).toEqual(found);
  });

  it('a backslash says the sign itself', () => {
    expect(unescaped('\\@src/x.ts and C:\\@x')).toBe('@src/x.ts and C:\\@x');
  });
});

describe('pictures', () => {
  it.each([
    [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1], 'image/png'],
    [[0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
    [[...Buffer.from('GIF89a..')], 'image/gif'],
    [[...Buffer.from('RIFF1234WEBPVP8 ')], 'image/webp'],
    [[...Buffer.from('RIFF1234WAVE')], undefined],
    [[0x89, 0x50], undefined],
    [[], undefined],
  ])('are known by how they begin: %j', (bytes, type) => {
    expect(imageType(Uint8Array.from(bytes))).toBe(type);
  });
});
