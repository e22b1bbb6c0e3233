import { describe, expect, it } from 'vitest';
import { titleIn, titlePrompt } from './title.ts';

describe('titles', () => {
  it('are made of the two newest messages that say something, each cut', () => {
    expect(titlePrompt([])).toBeUndefined();
    expect(titlePrompt([' ', '\n'])).toBeUndefined();
    expect(titlePrompt(['one', 'two', ' ', 'three'])?.user).toBe('<message>\ntwo\n</message>\n<message>\nthree\n</message>');
    expect(titlePrompt(['x'.repeat(9000)])?.user.length).toBeLessThan(2100);
  });

  it('are the first line with something in it, without quotes and decoration', () => {
    expect(titleIn('\n\n  "Fix the tests"  \nmore')).toBe('Fix the tests');
    expect(titleIn('Title: **Fix the tests**')).toBe('Fix the tests');
    expect(titleIn('# Title: “Fix”')).toBe('Fix');
    expect(titleIn('<think>hm\nhm</think>\nFix')).toBe('Fix');
    expect(titleIn('C#')).toBe('C#');
    for (const nothing of ['', ' \n ', '""', '<think>never ends']) expect(titleIn(nothing)).toBeUndefined();
  });

  it('have at most 50 graphemes, and none is cut in half', () => {
    const family = '👨‍👩‍👧';
    expect(titleIn(family.repeat(60))).toBe(family.repeat(50));
    expect(titleIn('x'.repeat(51))).toHaveLength(50);
  });
});
