import { describe, expect, it } from 'vitest';
import { structuredNotice } from './structured-notice.ts';

const structured = {
  name: 'weather',
  schema: { type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'number' } }, required: ['city'] },
};
const said = (text: string) => structuredNotice([{ type: 'text', text }], structured);

describe('an answer beside its schema', () => {
  it.each([
    ['{"city":"Oslo","degrees":4}', undefined],
    ['It is cold in Oslo.', 'the answer is not the "weather" that structured_output asks for: it is no JSON'],
    ['["Oslo"]', 'the answer is not the "weather" that structured_output asks for: it is no JSON object'],
    ['{"degrees":4}', expect.stringContaining('city')],
    ['', undefined],
  ])('%s', (text, expected) => expect(said(text)).toEqual(expected));

  it('a reply with calls is no answer yet', () =>
    expect(
      structuredNotice(
        [
          { type: 'text', text: 'First I look.' },
          { type: 'tool-call', id: 'c', name: 'look', input: '{}' },
        ],
        structured,
      ),
    ).toBeUndefined());
});
