import { describe, expect, it } from 'vitest';
import { issueLines, reaskText } from './reask.ts';

describe('what the model is told of its mistake', () => {
  it('names each place', () => {
    const issues = [{ path: ['items', 2, 'age'], message: 'expected a number, got "x"' }];
    expect(reaskText('schema', issues)).toBe(
      'Your last answer was JSON but does not match the schema.\n- items[2].age: expected a number, got "x"\nAnswer again, completely, with the corrected JSON alone: no explanation, no code fence.',
    );
    expect(issueLines(Array.from({ length: 10 }, () => issues[0]!)).at(-1)).toBe('and 2 more');
  });
});
