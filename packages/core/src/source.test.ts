import { expect, it } from 'vitest';
import { END, nextOf, type Source } from './source.ts';

type Take = (part: string | typeof END) => void;

const source = (pull?: Source<string>['pull']): Source<string> => ({
  next: async () => 'by next',
  cancel: () => {},
  ...(pull && { pull }),
});

it('what is at hand comes without a promise, what is not by one', async () => {
  expect(nextOf(source((take) => take('now')))).toBe('now');
  expect(nextOf(source((take) => take(END)))).toBe(END);
  expect(await nextOf(source())).toBe('by next');
  let take: Take = () => {};
  const later = nextOf(source((told) => void (take = told)));
  take('later');
  expect(await later).toBe('later');
});

it('what breaks at once is thrown, what breaks later rejects', async () => {
  expect(() => nextOf(source((_, fail) => fail(new Error('now'))))).toThrow('now');
  let fail: (error: unknown) => void = () => {};
  const later = nextOf(source((_, told) => void (fail = told)));
  fail(new Error('later'));
  await expect(later).rejects.toThrow('later');
});
