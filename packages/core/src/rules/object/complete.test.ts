import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeness, isStructured } from './complete.ts';
import { issueLines, reaskText } from './reask.ts';

const responseFormat = { type: 'json', schema: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } } as const;

describe('C5: is a structured answer complete', () => {
  it.each([
    ['', 'part'],
    ['{"a"', 'part'],
    ['```json\n{"a": 1', 'part'],
    ['{"a":1}', 'whole'],
    ['```json\n{"a":1}\n```', 'whole'],
    ['{"a":"x"}', 'wrong'],
    ['I would rather not.', 'wrong'],
  ] as const)('%j is %s', (text, is) => expect(completeness(text, { responseFormat })).toBe(is));

  it('text is whole by itself; JSON mode without a schema takes any JSON', () => {
    expect(completeness('anything', {})).toBe('whole');
    expect(completeness('{"b":1}', { responseFormat: { type: 'json' } })).toBe('whole');
  });

  it('no beginning of an answer is whole', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, cut) => {
        const text = JSON.stringify({ a: 1, ...value, z: [] });
        const part = text.slice(0, cut % text.length);
        expect(completeness(part, { responseFormat: { type: 'json', schema: { type: 'object', required: ['z'] } } })).not.toBe('whole');
      }),
    ));

  it('knows which requests hold their answer', () => {
    expect(isStructured({ responseFormat: { type: 'json' } })).toBe(true);
    expect(isStructured({ toolChoice: { type: 'tool', toolName: 'a' } })).toBe(true);
    expect(isStructured({ toolChoice: { type: 'required' } })).toBe(true);
    expect(isStructured({ toolChoice: { type: 'auto' }, responseFormat: { type: 'text' } })).toBe(false);
  });
});

describe('what the model is told of its mistake', () => {
  it('names each place', () => {
    const issues = [{ path: ['items', 2, 'age'], message: 'expected a number, got "x"' }];
    expect(reaskText('schema', issues)).toBe(
      'Your last answer was JSON but does not match the schema.\n- items[2].age: expected a number, got "x"\nAnswer again, completely, with the corrected JSON alone: no explanation, no code fence.',
    );
    expect(issueLines(Array.from({ length: 10 }, () => issues[0]!)).at(-1)).toBe('and 2 more');
  });
});
