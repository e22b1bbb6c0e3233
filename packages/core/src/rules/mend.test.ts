import { describe, expect, it } from 'vitest';
import { mendOf } from './mend.ts';

describe('mendOf', () => {
  it.each([
    ['nothing', 0, 'restart', 'again'],
    ['soft', 0, 'fail', 'again'],
    ['soft', 2, 'restart', 'again'],
    ['hard', 0, 'restart', 'restart'],
    ['hard', 0, 'fail', 'fail'],
    ['hard', 1, 'restart', 'close-turn'],
    ['hard', 1, 'fail', 'close-turn'],
    ['hard', 0, 'continue', 'continue'],
    ['nothing', 0, 'continue', 'again'],
    ['hard', 1, 'continue', 'close-turn'],
  ] as const)('C1, C5, C7: %s shown, %i completed calls, %s: %s', (shown, calls, onPartial, mend) => {
    expect(mendOf(shown, { calls }, onPartial)).toBe(mend);
  });

  it('C7: a call of which pieces were shown is not gone on with; it may be taken back', () => {
    expect(mendOf('hard', { calls: 0, cutCall: true }, 'continue')).toBe('fail');
    expect(mendOf('hard', { calls: 0, cutCall: true }, 'restart')).toBe('restart');
    expect(mendOf('hard', { calls: 1, cutCall: true }, 'continue')).toBe('close-turn');
  });
});
