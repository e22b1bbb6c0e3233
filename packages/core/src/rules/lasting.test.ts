import { describe, expect, it } from 'vitest';
import { Lasting } from './lasting.ts';

describe('what holds until a moment', () => {
  it('holds until then, and no longer', () => {
    const known = new Lasting<string>();
    known.set('a', 'one', 10, 0);
    expect([known.get('a', 9), known.get('a', 10), known.get('b', 0)]).toEqual(['one', undefined, undefined]);
    known.set('a', 'two', 20, 10);
    expect(known.get('a', 10)).toBe('two');
    known.delete('a');
    expect(known.get('a', 10)).toBeUndefined();
  });

  it('forgets what is over, however many names there are, and nothing else', () => {
    const known = new Lasting<number>();
    let most = 0;
    for (let n = 0; n < 100_000; n++) {
      known.set(`caller ${n}`, n, n + 100, n);
      most = Math.max(most, known.size);
    }
    expect(most).toBeLessThanOrEqual(200);
    for (let n = 99_900; n < 100_000; n++) expect(known.get(`caller ${n}`, 99_999)).toBe(n);
  });
});
