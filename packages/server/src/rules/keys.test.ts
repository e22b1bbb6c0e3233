import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerName, keysSent, mayBind, sameHash } from './keys.ts';

describe('the keys of a request', () => {
  it.each<[Record<string, string>, string[]]>([
    [{ authorization: 'Bearer hf-1' }, ['hf-1']],
    [{ authorization: 'bearer   hf-1 ' }, ['hf-1']],
    [{ 'x-api-key': 'hf-1' }, ['hf-1']],
    [{ 'api-key': 'hf-1' }, ['hf-1']],
    [{ authorization: 'Bearer sk-login', 'x-api-key': 'hf-1' }, ['sk-login', 'hf-1']],
    [{ authorization: 'Basic aGY6MQ==' }, []],
    [{ authorization: 'Bearer' }, []],
    [{ authorization: 'hf-1', 'x-api-key': ' ' }, []],
    [{}, []],
  ])('%j', (headers, keys) => expect(keysSent(headers)).toEqual(keys));

  it('hashes are the same when every byte is', () =>
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(sameHash(a, Uint8Array.from(a))).toBe(true);
        expect(sameHash(a, b)).toBe(Buffer.compare(a, b) === 0);
      }),
    ));
});

describe('the name a call is booked under', () => {
  it.each<[string | undefined, boolean, string]>([
    [undefined, false, 'ci'],
    ['', false, 'ci'],
    ['nightly', false, 'ci/nightly'],
    ['nightly', true, 'nightly'],
    ['a/b', false, 'ci/a/b'],
    ['/../people', false, 'ci/../people'],
    ['//', false, 'ci'],
    ['two words\n<b>', false, 'ci/two-words-b'],
    ['日本', true, 'ci'],
  ])('%j', (header, keyless, name) => expect(callerName('ci', header, keyless)).toBe(name));

  it('is bounded, printable and below the key, whatever is sent', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (header) => {
        const name = callerName('ci', header, false);
        expect(name).toMatch(/^ci(?:\/[\w.@:/-]{1,64})?$/);
      }),
    ));
});

it('without keys only this machine is heard', () => {
  expect(['127.0.0.1', 'localhost', '::1'].map((host) => mayBind(host, 0))).toEqual([true, true, true]);
  expect(['0.0.0.0', '::', '', '192.168.1.2', 'example.com'].map((host) => mayBind(host, 0))).toEqual([false, false, false, false, false]);
  expect(mayBind('0.0.0.0', 1)).toBe(true);
});
