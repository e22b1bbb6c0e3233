import { describe, expect, it } from 'vitest';
import { goesOn, Pastes } from './typed-text.ts';

describe('what is typed', () => {
  it('P1: the lines of a paste are one message', () => {
    const pastes = new Pastes();
    const line = `look: ${pastes.take('one\r\ntwo\rthree\n\n')}!`;
    expect(line).not.toContain('\n');
    expect(pastes.whole(line)).toBe('look: one\ntwo\nthree!');
  });

  it('P2: a word stands for what is long, and only for that', () => {
    const pastes = new Pastes();
    const [lines, text] = ['x\n'.repeat(30), 'y'.repeat(2000)];
    const line = `${pastes.take(lines)} and ${pastes.take(text)} $& [paste 3: 1 lines]`;
    expect(line).toBe('[paste 1: 30 lines] and [paste 2: 2000 characters] $& [paste 3: 1 lines]');
    expect(pastes.whole(line)).toBe(`${lines.trimEnd()} and ${text} $& [paste 3: 1 lines]`);
    expect(pastes.whole('[paste 1: 30 lines]')).toBe('[paste 1: 30 lines]');
  });

  it('nothing pasted steers the terminal', () => {
    expect(new Pastes().take('a\x1b[2J\x07b')).toBe('ab');
  });

  it.each([
    ['goes on \\', true],
    ['a path C:\\\\', false],
    ['\\\\\\', true],
    ['', false],
  ])('%j', (line, on) => {
    expect(goesOn(line)).toBe(on);
  });
});
