import { assert, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unechoed, withoutEcho } from './echo.ts';
import { ModelFailure } from './failure.ts';

const PROMPT = 'My name is Ann and I live at 12 Harbour Street,\nplease write to my landlord about the broken "window".';

describe('what a provider echoes of a request', () => {
  it.each([
    ['all of it', `invalid input: ${PROMPT.replaceAll('\n', ' ')}`, 'invalid input: [echo]'],
    ['a part of it', 'at "I live at 12 Harbour Street, please write to my landlord": too long', 'at "[echo]": too long'],
    ['as JSON', JSON.stringify({ input: PROMPT }), '{"input":"[echo]"}'],
    [
      'little of it',
      'unknown name "Ann" in messages[0] of a request for a landlord',
      'unknown name "Ann" in messages[0] of a request for a landlord',
    ],
    [
      'nothing of it',
      'max_tokens must be less than the number of tokens the model can give',
      'max_tokens must be less than the number of tokens the model can give',
    ],
  ])('%s', (_, words, clean) => expect(withoutEcho(words, PROMPT)).toBe(clean));

  it('no 40 characters in a row are left, wherever they stand, and nothing else is lost', () =>
    assert(
      property(
        string({ minLength: 60, maxLength: 200, unit: 'grapheme-ascii' }),
        string({ maxLength: 60 }),
        string({ maxLength: 60 }),
        integer({ min: 0, max: 20 }),
        (request, before, after, from) => {
          const said = request.replace(/\s+/g, ' ');
          const echoed = said.slice(from, from + 45);
          if (echoed.length < 40) return;
          const clean = withoutEcho(`${before}${echoed}${after}`, request);
          for (let at = 0; at + 40 <= echoed.length; at++) expect(clean).not.toContain(echoed.slice(at, at + 40));
          expect(withoutEcho(before, 'nothing of this is in there at all, it is another text')).toBe(before);
        },
      ),
    ));

  it('a failure keeps its kind, facts and cause', () => {
    const cause = new Error('422');
    const failure = new ModelFailure('bad-request', 'refused', { status: 422, detail: `input: ${PROMPT}` }, { cause });
    const clean = unechoed(failure, { text: PROMPT });
    expect(clean).toMatchObject({ kind: 'bad-request', message: 'refused', facts: { status: 422 }, cause });
    expect(clean.facts.detail).not.toContain('Harbour');
    expect(unechoed(failure, {})).toBe(failure);
    expect(unechoed(failure, { text: 'something else' })).toBe(failure);
  });
});
