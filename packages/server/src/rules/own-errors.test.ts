import { BadRequest } from '@holdfast/core/wire';
import { describe, expect, it } from 'vitest';
import { invalidRequest, unknownModel } from './own-errors.ts';
import { isQuiet, quietIds } from './quiet.ts';

describe("the gateway's own refusals", () => {
  it('an unknown model: 404, with the nearest name', () => {
    expect(unknownModel('smrt', 'smart')).toEqual({
      status: 404,
      class: 'not-found',
      message: 'there is no model "smrt" for this key; did you mean "smart"?',
      param: 'model',
    });
    expect(unknownModel('x').message).toBe('there is no model "x" for this key');
  });

  it('whatever the client wrote, the sentence starts no storm and stays a sentence', () => {
    for (const [written, near] of [
      ['gpt-500', 'gpt-5'],
      ['x'.repeat(500), undefined],
      ['try again in', 'rate limit'],
      [`${'x'.repeat(78)}😀y`, undefined],
    ] as const) {
      const { message } = unknownModel(written, near);
      expect(message).toSatisfy(isQuiet);
      expect(message.length).toBeLessThan(200);
      expect(message.isWellFormed()).toBe(true);
    }
  });

  it('a request that cannot be meant names its field', () => {
    expect(invalidRequest(new BadRequest('"model" must be a string', 'model'))).toEqual({
      status: 400,
      class: 'invalid-request',
      message: '"model" must be a string',
      param: 'model',
    });
    expect(invalidRequest(new BadRequest('messages[500] has no role', 'messages[500].role'))).toEqual({
      status: 400,
      class: 'invalid-request',
      message: 'a field of this request is not what it must be',
    });
  });

  it('ids are drawn until none could be taken for a status', () => {
    const ids = ['10500000', '1a429b00', 'abc', 'def'].values();
    const draw = quietIds(() => ids.next().value!);
    expect([draw(), draw()]).toEqual(['abc', 'def']);
    expect(quietIds(() => '500')()).toBe('500');
  });
});
