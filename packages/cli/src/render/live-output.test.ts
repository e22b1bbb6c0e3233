import { describe, expect, it } from 'vitest';
import { LiveOutput } from './live-output.ts';

describe('output of a tool that runs', () => {
  it('is shown in whole lines, however it was cut; what overwrites itself once', () => {
    const output = new LiveOutput();
    expect(output.take('a', 'one\ntw', 80)).toEqual(['┆ one']);
    expect(output.take('b', 'other\n', 80)).toEqual(['┆ other']);
    expect(output.take('a', 'o\r\n10%\r20%\r30%\n\n', 80)).toEqual(['┆ two', '┆ 30%']);
  });

  it('a few lines of each call, cut to the window; the rest is in its result', () => {
    const output = new LiveOutput();
    const shown = output.take('a', `${'x'.repeat(100)}\n`.repeat(50), 20);
    expect(shown).toHaveLength(13);
    expect(shown[0]).toBe(`┆ ${'x'.repeat(17)}…`);
    expect(shown.at(-1)).toBe('┆ …');
    expect(output.take('a', 'more\n', 20)).toEqual([]);
    output.over('a');
    expect(output.take('a', 'again\n', 20)).toEqual(['┆ again']);
  });

  it('does not steer the terminal, and a line without an end fills no memory', () => {
    const output = new LiveOutput();
    for (let i = 0; i < 1000; i++) expect(output.take('a', 'y'.repeat(1000), 80)).toEqual([]);
    expect(output.take('a', '\x1b[2Jend\n', 3000)[0]).toMatch(/^┆ y{1,2000}end$/);
  });
});
