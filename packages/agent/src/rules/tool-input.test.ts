import { describe, expect, it } from 'vitest';
import { checkInput } from './tool-input.ts';

const schema = {
  type: 'object',
  properties: {
    path: { type: 'string' },
    limit: { type: 'integer', minimum: 1 },
    deep: { type: 'boolean' },
    edits: { type: 'array', items: { type: 'object', properties: { oldText: { type: 'string' } }, required: ['oldText'] } },
  },
  required: ['path'],
};
const check = (input: Record<string, unknown>) => checkInput('t', schema, input);
const tail = ' Its arguments are: path, limit, deep, edits.';

describe('arguments', () => {
  it.each([
    [{}, 'path is missing.'],
    [{ path: 1 }, 'path must be text, not a number.'],
    [{ path: null }, 'path must be text, not null.'],
    [{ path: 'a', limit: 1.5 }, 'limit must be a whole number, not a number.'],
    [{ path: 'a', limit: 0 }, 'limit must be at least 1.'],
    [{ path: 'a', deep: 'yes' }, 'deep must be true or false, not text.'],
    [{ path: 'a', edits: [{}] }, 'edits[0].oldText is missing.'],
    [{ path: 'a', edits: ['x'] }, 'edits[0] must be a map, not text.'],
    [{ edits: 'x' }, 'edits must be a list, not text; path is missing.'],
  ])('%j is refused: %s', (input, error) => expect(check(input)).toEqual({ error: `The arguments of t are wrong: ${error}${tail}` }));

  it('J1, J2, J3: what can only mean one thing is mended', () => {
    expect(check({ path: 'a', limit: null, other: 1 })).toEqual({ input: { path: 'a', other: 1 } });
    expect(check({ path: 'a', limit: '3', deep: 'true', edits: '[{"oldText":"x"}]' })).toEqual({
      input: { path: 'a', limit: 3, deep: true, edits: [{ oldText: 'x' }] },
    });
    expect(check({ path: '[1]' })).toEqual({ input: { path: '[1]' } });
  });
});
