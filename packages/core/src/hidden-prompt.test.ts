import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hidePrompt } from './hidden-prompt.ts';

const ASKED = 'a secret prompt';
const vendors = (): Error =>
  Object.assign(new Error('refused'), { requestBodyValues: { messages: [ASKED] }, responseBody: ASKED, statusCode: 500 });
const shown = (error: unknown): string => JSON.stringify(error) + inspect(error, { depth: 9 });

describe('B1.3: what a vendor’s error holds of a request', () => {
  it('is shown by neither JSON nor inspect, and is there for who asks for it', () => {
    const error = vendors();
    hidePrompt(error);
    expect(shown(error)).not.toContain(ASKED);
    expect(error).toMatchObject({ requestBodyValues: { messages: [ASKED] }, responseBody: ASKED, statusCode: 500 });
    expect(Object.keys(error)).toContain('statusCode');
  });

  it('in the errors that an error gathers, and behind its causes', () => {
    const gathered = Object.assign(new Error('gave up', { cause: vendors() }), { errors: [vendors(), 'no error'] });
    hidePrompt(gathered);
    expect(shown(gathered)).not.toContain(ASKED);
  });

  it('a frozen error, one that is its own cause, and what is no error are left as they are', () => {
    const round = new Error('round');
    round.cause = round;
    for (const one of [Object.freeze(vendors()), round, 'text', undefined, null]) expect(() => hidePrompt(one)).not.toThrow();
  });
});
