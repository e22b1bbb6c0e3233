import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJson } from './find-json.ts';

const values = (text: string): unknown[] => findJson(text).found.map(({ value }) => value);

describe('finding JSON in what a model wrote', () => {
  const cases: readonly [name: string, text: string, values: readonly unknown[]][] = [
    ['the whole text', ' {"a":1}\n', [{ a: 1 }]],
    ['a value that is no object', '"yes"', ['yes']],
    ['a byte order mark', '\uFEFF[1]', [[1]]],
    ['a fence with a language', 'Here you are:\n```json\n{"a": [1, 2]}\n```\nAnything else?', [{ a: [1, 2] }]],
    ['a fence that is not closed', '```\n{"a":1}', [{ a: 1 }]],
    ['a fence of tildes', '~~~\n{"a":1}\n~~~', [{ a: 1 }]],
    ['a fence inside a value', '{"code": "```json\\n{}\\n```"}', [{ code: '```json\n{}\n```' }]],
    ['prose behind', '{"a":1}\n\nI hope this helps {really}.', [{ a: 1 }]],
    ['prose before, with brackets', 'Filling {name} as [1] says: {"a":"}"}', [[1], { a: '}' }]],
    ['several', '{"a":1} or {"a":2}', [{ a: 1 }, { a: 2 }]],
    ['thinking aloud before', '<think>maybe {a}?</think>{"a":1}', [{ a: 1 }]],
    ['a draft in what was thought', '<think>\nmaybe {"a":2}?\n</think>\n\n```json\n{"a":1}\n```', [{ a: 1 }]],
    ['a draft, and no answer yet', '<think>maybe {"a":2}', []],
  ];
  it.each(cases)('J1, J2: %s', (_, text, found) => expect(values(text)).toEqual(found));

  it('says why there is none, and whether it was cut', () => {
    expect(findJson('')).toMatchObject({ found: [], cut: false, problem: 'there is no text' });
    expect(findJson('I cannot do that.')).toMatchObject({ cut: false, problem: 'there is no JSON in the text' });
    expect(findJson('{"a": [1, 2')).toMatchObject({ cut: true, problem: 'the JSON begins but does not end' });
    expect(findJson('```json\n{"a": "b')).toMatchObject({ cut: true });
    expect(findJson("{'a': 1}").problem).toMatch(/^the JSON does not parse: /);
    expect(findJson('as [1 says')).toMatchObject({ found: [] });
    expect(findJson('{"a": {"b": 1},}')).toMatchObject({ found: [], cut: false });
  });

  const prose = fc.stringMatching(/^[a-z .,!?\n]{0,30}$/);
  const objects = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));

  it('J2: any object or array is found between any prose, fenced or not', () =>
    fc.assert(
      fc.property(prose, objects, prose, fc.boolean(), fc.boolean(), (before, value, after, fenced, pretty) => {
        const json = JSON.stringify(value, null, pretty ? 2 : 0);
        const text = fenced ? `${before}\n\`\`\`json\n${json}\n\`\`\`\n${after}` : `${before}${json}${after}`;
        expect(values(text)).toEqual([JSON.parse(json)]);
      }),
    ));

  it('J3: no proper beginning of an object is taken for one that ended, nor is anything in it', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, cut) => {
        const json = JSON.stringify(value);
        const { found, cut: isCut } = findJson(json.slice(0, 2 + (cut % (json.length - 2))));
        expect([found, isCut]).toEqual([[], true]);
      }),
    ));

  it('J4: a text of nothing but brackets is looked at in time', () => {
    expect(findJson('['.repeat(200_000)).found).toEqual([]);
    expect(findJson('{"'.repeat(100_000)).found).toEqual([]);
  });
});
