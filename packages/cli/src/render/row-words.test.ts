import { describe, expect, it } from 'vitest';
import { typedMessage } from '../prompt-text.ts';
import { saidWords } from './row-words.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('what somebody said, for who reads along', () => {
  it('an attached text is told by its name: the screen is not filled with it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-said-'));
    try {
      writeFileSync(join(folder, 'a.txt'), 'one\n\n</file> two\n');
      writeFileSync(join(folder, 'b.txt'), 'three\n');
      const said = typedMessage('look at @a.txt and @b.txt', folder);
      expect(said.text).toContain('three');
      expect(saidWords({ type: 'input', ...said })).toBe('look at @a.txt and @b.txt [a.txt] [b.txt]');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a picture by its name and size', () => {
    const files = [{ name: 'p.png', mediaType: 'image/png', data: 'aGVsbG8=' }];
    expect(saidWords({ type: 'input', text: 'this', files })).toBe('this [p.png, 5 bytes]');
  });
});
