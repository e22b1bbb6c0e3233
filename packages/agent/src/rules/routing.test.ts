import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifier } from './routing.ts';

const RULES = [
  { examples: ['hello', 'hi there', 'good morning', 'how are you', 'thanks', 'bye'] },
  { examples: ['explain the algorithm', 'implement a function', 'debug this code', 'fix this error', 'refactor this code'] },
  { examples: ['analyze this document in detail', 'explain the implications of this decision'] },
];

describe('routing by examples', () => {
  const route = classifier(RULES);

  it.each([
    ['Hello!', 0],
    ['how are you?', 0],
    ['Please fix the errors in this file', 1],
    ['Implement functions for sorting', 1],
    ['Analyze the document I attached in detail', 2],
    ['explain the algorithm', 1],
    ['Is the sun a star?', undefined],
    ['', undefined],
  ])('%j goes to rule %s', (message, rule) => expect(route(message)).toBe(rule));

  it('an example goes to its own rule, and the same message always to the same', () =>
    fc.assert(
      fc.property(fc.constantFrom(...RULES.flatMap(({ examples }, rule) => examples.map((text) => ({ text, rule })))), ({ text, rule }) => {
        expect(route(text.toUpperCase())).toBe(rule);
        expect(classifier(RULES)(text)).toBe(rule);
      }),
    ));

  it('without examples nothing is routed', () => expect(classifier([{ examples: [] }])('hello')).toBeUndefined());
});
