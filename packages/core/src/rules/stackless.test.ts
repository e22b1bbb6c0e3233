import { expect, it } from 'vitest';
import { stackless } from './stackless.ts';

it('an error without a stack, and those after it with one, whatever happens between', () => {
  expect(stackless(() => new Error('told by another')).stack).toBe('Error: told by another');
  expect(() =>
    stackless(() => {
      throw new RangeError('no error came of it');
    }),
  ).toThrow(RangeError);
  expect(new Error('our own').stack).toContain('stackless.test');
});
