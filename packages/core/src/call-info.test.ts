import { inspect } from 'node:util';
import { assert, array, constantFrom, option, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute, callInfoOf } from './call-info.ts';
import { ModelFailure } from './rules/failure.ts';

const info = { caller: 'ann', run: 'r1', messages: [{ role: 'user', content: 'the secret prompt' }] };

describe('whose call an error comes from', () => {
  it('B4 24: is beside the error: its message and class stay, JSON and inspect show no prompt', () => {
    const error = new ModelFailure('server', 'it broke', { status: 500 });
    const before = [error.message, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })];
    attribute(error, info);
    expect([error.message, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })]).toEqual(before);
    expect(before.join()).not.toContain('secret prompt');
    expect(error).toBeInstanceOf(ModelFailure);
    expect(callInfoOf(error)).toEqual(info);
  });

  it('B4 27: the outermost wins, then the first in depth of errors and causes; a plain error is not found', () => {
    const inner = new Error('inner');
    const other = new Error('other');
    attribute(inner, { caller: 'inner' });
    attribute(other, { caller: 'other' });
    const wrapped = new Error('outer', { cause: inner });
    expect(callInfoOf(wrapped)).toEqual({ caller: 'inner' });
    attribute(wrapped, { caller: 'outer' });
    expect(callInfoOf(wrapped)).toEqual({ caller: 'outer' });
    const gathered = new AggregateError([new Error('plain'), new Error('deep', { cause: new AggregateError([inner]) }), other]);
    expect(callInfoOf(gathered)).toEqual({ caller: 'inner' });
    for (const plain of [new Error('plain'), 'a text', 7, null, undefined, {}]) expect(callInfoOf(plain)).toBeUndefined();
  });

  it('takes frozen errors, thrown texts, errors that point at themselves and getters that throw', () => {
    const frozen = Object.freeze(new Error('frozen'));
    attribute(frozen, info);
    expect(callInfoOf(frozen)).toEqual(info);
    for (const thrown of ['stop', undefined, null, 3]) expect(() => attribute(thrown, info)).not.toThrow();
    const round: { cause?: unknown; errors?: unknown } = {};
    round.cause = round;
    round.errors = [round];
    expect(callInfoOf(round)).toBeUndefined();
    const odd = Object.defineProperty(new Error('odd'), 'cause', {
      get() {
        throw new Error('no');
      },
    });
    expect(callInfoOf(odd)).toBeUndefined();
  });

  it('an error that several calls share keeps what they have in common, never what belongs to one', () => {
    const label = option(constantFrom('a', 'b'), { nil: undefined });
    const one = record({ caller: label, run: label, session: label }, { requiredKeys: [] });
    assert(
      property(array(one, { minLength: 2, maxLength: 4 }), (calls) => {
        const shared = new Error('shared');
        for (const call of calls) attribute(shared, { ...call, messages: [] } as never);
        const found = callInfoOf(shared)!;
        for (const name of ['caller', 'run', 'session'] as const) {
          const said = new Set(calls.map((call) => call[name]));
          expect(found[name]).toBe(said.size === 1 ? [...said][0] : undefined);
        }
        expect(found.messages).toBeUndefined();
      }),
    );
  });
});
