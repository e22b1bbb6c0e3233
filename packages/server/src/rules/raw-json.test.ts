import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFlaw } from './json-flaw.ts';
import { jsonSpans } from './json-spans.ts';
import { rawJson } from './raw-json.ts';
import { calm, Refusal } from './refusal.ts';
import { utf8Flaw } from './utf8-flaw.ts';

const DEEP = 200;
const read = (text: string | Buffer) => rawJson(Buffer.from(text as string), DEEP);
const said = (text: string | Buffer, depth = DEEP): string => {
  try {
    rawJson(Buffer.from(text as string), depth);
  } catch (error) {
    if (error instanceof Refusal) return `${error.error.status} ${error.error.message}`;
    throw error;
  }
  return 'taken';
};

/**
 * No name begins with a backslash: V8 (Node 24) that has seen such a name once takes it for any later name whose spelling in escapes begins like it
 * (`JSON.parse('{"\\\\":0}')`, then `JSON.parse('{"\\u0061":1}')` has the key `\\`). The reader that these tests measure by would be wrong.
 */
const plain = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((char) => char !== '\\');
/** Names that collide, hide behind escapes, or mean something to JavaScript. */
const key = fc.oneof(
  fc.constantFrom('model', 'a', '', '__proto__', 'toString', 'with"quote', 'a\\', 'é', '日本', '\u0000', '1'),
  fc.string({ unit: plain }),
);
const text = fc.string({ unit: fc.constantFrom('\\', '"', '{', '}', '[', ',', ':', 'x', 'é', '\ud83d', '\n') });
const value = fc.oneof(text, fc.jsonValue({ stringUnit: plain, maxDepth: 4 }), fc.array(text, { maxLength: 3 }));
const space = fc.constantFrom('', ' ', '\n', '\t\r\n ', '   ');

/** The same text of JSON in one of its other spellings: characters as \u escapes. */
const spelled = (text: string, escape: boolean): string =>
  escape
    ? `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
    : JSON.stringify(text);

/** An object's text with free white space, escaped names and repeated names; and its members' texts. */
const body = fc
  .array(fc.record({ key, value, escape: fc.boolean(), a: space, b: space, c: space, d: space }), { maxLength: 8 })
  .map((members) => {
    const texts = members.map(({ key, value, escape, a, b, c, d }) => ({
      key,
      text: `${a}${spelled(key, escape)}${b}:${c}${JSON.stringify(value)}${d}`,
    }));
    return { texts, text: `{${texts.map(({ text }) => text).join(',')}}` };
  });
const changes = fc
  .array(fc.tuple(key, fc.option(value, { nil: undefined })), { maxLength: 4 })
  // an own `__proto__`, as JSON.parse makes it
  .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);

/** What the object must be, by JavaScript's own rules of order. */
function expected(json: object, changes: Record<string, unknown>): Map<string, unknown> {
  const want = new Map(Object.entries(json));
  for (const name of Object.keys(changes)) {
    if (changes[name] === undefined) want.delete(name);
    else want.set(name, JSON.parse(JSON.stringify(changes[name])));
  }
  return want;
}

describe('a body as bytes and as data', () => {
  it('J1: what `with` returns reads as the object with those fields changed', () =>
    fc.assert(
      fc.property(body, changes, space, space, ({ text }, changes, before, after) => {
        const raw = read(before + text + after);
        const now = JSON.parse(raw.with(changes).toString()) as object;
        expect(new Map(Object.entries(now))).toEqual(expected(JSON.parse(text) as object, changes));
      }),
      { numRuns: 500 },
    ));

  it('J2: members that are not named keep every byte, in their order', () =>
    fc.assert(
      fc.property(body, changes, ({ texts, text }, changes) => {
        const out = read(text).with(changes).toString();
        let at = 0;
        for (const { key, text: member } of texts) {
          if (Object.hasOwn(changes, key)) continue;
          const found = out.indexOf(member, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + member.length;
        }
      }),
      { numRuns: 500 },
    ));

  it.each<[string, string, Record<string, unknown>, string]>([
    ['a name in escapes', '{"mod\\u0065l":"a","x":1}', { model: 'b' }, '{"mod\\u0065l":"b","x":1}'],
    ['a name twice', '{"model":"a","x":1,"model":"b"}', { model: 'c' }, '{"model":"c","x":1}'],
    ['a name twice, left out', '{"model":"a","x":1,"model":"b"}', { model: undefined }, '{"x":1}'],
    ['the same name further in', '{"x":{"model":"a"},"model":"b"}', { model: 'c' }, '{"x":{"model":"a"},"model":"c"}'],
    ['a name that is a value', '{"x":"model","model":"b"}', { model: 'c' }, '{"x":"model","model":"c"}'],
    ['the first left out', '{"a" : 1 , "b":2}', { a: undefined }, '{ "b":2}'],
    ['the last left out', '{"a":1,"b":2\n}', { b: undefined }, '{"a":1}'],
    ['all left out', '{"a":1,"b":2}', { a: undefined, b: undefined }, '{}'],
    ['into an empty one', '{ }', { a: 1 }, '{"a":1}'],
    ['a number no double holds', '{"a":1,"n":12345678901234567890.10e2}', { a: 2 }, '{"a":2,"n":12345678901234567890.10e2}'],
    ['an own __proto__', '{"__proto__":{"x":1},"a":1}', { a: 2 }, '{"__proto__":{"x":1},"a":2}'],
    ['quotes and backslashes before a quote', '{"a":"\\\\\\"\\\\","b":"}"}', { b: 1 }, '{"a":"\\\\\\"\\\\","b":1}'],
    ['half a surrogate pair', '{"a":"\\ud800","b":1}', { b: 2 }, '{"a":"\\ud800","b":2}'],
    ['characters of several bytes before', '{"é日😀":"😀","b":1}', { b: '日' }, '{"é日😀":"😀","b":"日"}'],
    ['nothing changed', ' {"a" : 1 } ', {}, ' {"a" : 1 } '],
  ])('%s', (_, text, changes, out) => expect(read(text).with(changes).toString()).toBe(out));

  it('a byte order mark is taken off', () => {
    const raw = read('\ufeff{"a":1}');
    expect(raw.json).toEqual({ a: 1 });
    expect(raw.with({ a: 2 }).toString()).toBe('{"a":2}');
  });

  it('a large body is not re-encoded: 30 MB with one member changed', () => {
    const text = `{"model":"a","data":"${'A\\"é'.repeat(6_000_000)}"}`;
    const out = read(text).with({ model: 'b' });
    expect(out.length).toBe(Buffer.byteLength(text));
    expect(out.toString() === text.replace('"a"', '"b"')).toBe(true);
  });

  it.each([
    ['', '400 The body is empty: a JSON object was expected.'],
    ['[]', '400 The body must be a JSON object.'],
    ['null', '400 The body must be a JSON object.'],
    ['"x"', '400 The body must be a JSON object.'],
    ['{"a":1,}', '400 The body is not JSON: at line 1, at column 8, a name in double quotes was expected.'],
    ['{\n "a": x}', '400 The body is not JSON: at line 2, at column 7, a value was expected.'],
    ['{"a":"x', '400 The body is not JSON: at line 1, at column 8, it ends inside a string.'],
    ['{"a":1', '400 The body is not JSON: at line 1, at column 7, it ends too early.'],
    ['model=gpt', '400 The body is not JSON: at line 1, at column 1, a value was expected.'],
  ])('%j is refused with the place', (text, message) => expect(said(text)).toBe(message));

  it('bytes that are not UTF-8 are refused with the place, inside strings too', () => {
    expect(said(Buffer.concat([Buffer.from('{"é":"'), Buffer.from([0xff]), Buffer.from('"}')]))).toBe(
      '400 The body is not UTF-8: no character begins at byte 7.',
    );
    expect(said(Buffer.from('{"a":"\xe9"}', 'latin1'))).toContain('byte 6');
  });

  it('J3: depth is counted over the whole body, brackets in strings apart, before anything is parsed', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(said(nested(5), 5)).toBe('taken');
    expect(said(nested(6), 5)).toBe('400 The body is nested deeper than 5 levels.');
    expect(said(`{"a":"${'['.repeat(1_000)}"}`, 1)).toBe('taken');
    expect(said('['.repeat(1_000_000))).toBe('400 The body is nested deeper than 200 levels.');
  });

  it('the depth found is the depth of the data', () => {
    const depthIn = (text: string): number => jsonSpans(Buffer.from(text), Buffer.from(text).toString('latin1')).depth;
    const depthOf = (json: unknown): number =>
      typeof json === 'object' && json !== null ? 1 + Math.max(0, ...Object.values(json).map(depthOf)) : 0;
    fc.assert(
      fc.property(value, (json) => {
        expect(depthIn(JSON.stringify(json))).toBe(depthOf(json));
      }),
    );
  });
});

describe('where a body is broken', () => {
  it('no place is told in a number that a client takes for a status it may retry', () => {
    expect(said(`{"a":"${'x'.repeat(421)}`)).toBe('400 The body is not JSON: at line 1, after column 399, it ends inside a string.');
    fc.assert(
      fc.property(fc.nat(2_000_000), (count) => {
        expect(calm(count)).not.toMatch(/[45]\d\d/);
        expect(Number(calm(count))).toBeLessThanOrEqual(count);
        if (!/[45]\d\d/.test(String(count))) expect(calm(count)).toBe(String(count));
      }),
    );
    expect([calm(429), calm(14_290), calm(1_500.5), calm(32), calm(400)]).toEqual(['399', '13999', '1399', '32', '399']);
  });

  const broken = fc
    .tuple(body, fc.nat(), fc.constantFrom('', '"', '}', ',', ':', '\\', '[', 'x', '\n', '0', '-'), fc.boolean())
    .map(([{ text }, at, put, drop]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + (drop ? 1 : 0));
    });

  it('a flaw is found in a text exactly when JSON.parse refuses it, and where it says, if it says', () =>
    fc.assert(
      fc.property(broken, (text) => {
        let message: string | undefined;
        try {
          JSON.parse(text);
        } catch (error) {
          message = (error as Error).message;
        }
        const flaw = jsonFlaw(text);
        expect(flaw !== undefined).toBe(message !== undefined);
        const told = /at position (\d+)/.exec(message ?? '')?.[1];
        if (!flaw || told === undefined) return;
        // V8 points into the broken number or escape, we to where it begins
        expect(flaw.at).toBeLessThanOrEqual(Number(told));
        expect(flaw.at).toBeGreaterThan(Number(told) - 6);
      }),
      { numRuns: 2_000 },
    ));

  it('a byte that begins no character is found exactly when a decoder refuses, and all before it is text', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 4 }), fc.string({ unit: 'binary' }), (before, odd, after) => {
        const bytes = Buffer.concat([Buffer.from(before), odd, Buffer.from(after)]);
        const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
        const taken = (part: Uint8Array): boolean => {
          try {
            strict.decode(part);
            return true;
          } catch {
            return false;
          }
        };
        const at = utf8Flaw(bytes);
        expect(at === -1).toBe(taken(bytes));
        if (at !== -1) expect(taken(bytes.subarray(0, at))).toBe(true);
      }),
    ));
});
