import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkOutage, isOutage } from './outage-check.ts';
import { outage, parseOutage } from './outage-text.ts';
import {
  always,
  failsFromNowOn,
  FAULT_NAMES,
  faultFor,
  inTurn,
  once,
  REASONS,
  times,
  type Fault,
  type Outage,
  type OutageRule,
} from './outage.ts';

const doing = (script: Outage, target: string, requests: number) =>
  Array.from({ length: requests }, (_, i) => faultFor(script, target, i + 1)?.do ?? 'ok');

const aFault: fc.Arbitrary<Fault> = fc.record({ do: fc.constantFrom(...FAULT_NAMES.filter((name) => name !== 'status')) });
const aRule: fc.Arbitrary<OutageRule> = fc.record(
  {
    target: fc.constantFrom('east', 'west', 'east/small-1', '*'),
    fault: aFault,
    from: fc.integer({ min: 1, max: 20 }),
    times: fc.integer({ min: 0, max: 10 }),
    chance: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ['target', 'fault'] },
);
const anOutage: fc.Arbitrary<Outage> = fc.record({ seed: fc.integer(), rules: fc.array(aRule, { maxLength: 6 }) });

describe('faultFor', () => {
  it('O1: the same script and seed fail the same requests, in whatever order they are asked about', () => {
    fc.assert(
      fc.property(anOutage, fc.array(fc.integer({ min: 1, max: 40 })), (script, order) => {
        const first = new Map(order.map((n) => [n, faultFor(script, 'east/small-1', n)]));
        const copy = structuredClone(script);
        for (const n of order.toReversed()) expect(faultFor(copy, 'east/small-1', n)).toEqual(first.get(n));
      }),
    );
  });

  it('O1: another seed draws other requests', () => {
    const script = (seed: number): Outage => ({ seed, rules: [{ target: 'east', fault: { do: 'cut' }, chance: 0.5 }] });
    const drawn = new Set(Array.from({ length: 20 }, (_, seed) => doing(script(seed), 'east', 32).join()));
    expect(drawn.size).toBe(20);
  });

  it('O1: chance is the share that fails', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 10 }), (seed, tenths) => {
        const script: Outage = { seed, rules: [{ target: 'east', fault: { do: 'cut' }, chance: tenths / 10 }] };
        const failed = doing(script, 'east', 2_000).filter((name) => name === 'cut').length;
        expect(Math.abs(failed / 2_000 - tenths / 10)).toBeLessThan(0.06);
      }),
    );
  });

  it('O2: `times` are failures that happened, also when they are drawn', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 9 }), (seed, count, from) => {
        const script: Outage = { seed, rules: [{ target: 'east', fault: { do: 'cut' }, chance: 0.5, times: count, from }] };
        const seen = doing(script, 'east', 200);
        expect(seen.filter((name) => name === 'cut')).toHaveLength(count);
        expect(seen.slice(0, from - 1)).not.toContain('cut');
      }),
    );
  });

  it('O2: the first rule that fits decides, and one that is used up fits no more', () => {
    const rules = [times(2, 'east', { do: 'cut' }), always('east', { do: 'stall' }), always('east', { do: 'empty' })];
    expect(doing({ rules }, 'east', 4)).toEqual(['cut', 'cut', 'stall', 'stall']);
    expect(doing({ rules }, 'west', 2)).toEqual(['ok', 'ok']);
  });

  it('O2: rules about a provider count all its requests, rules about a model those for the model', () => {
    const rules = [once('east', { do: 'cut' }), once('east/small-1', { do: 'stall' })];
    expect(faultFor({ rules }, 'east/small-1', 1, 1)?.do).toBe('cut');
    expect(faultFor({ rules }, 'east/small-1', 5, 1)?.do).toBe('stall');
    expect(faultFor({ rules }, 'east/small-1', 6, 2)).toBeUndefined();
    expect(faultFor({ rules }, 'east/large-1', 2, 1)).toBeUndefined();
  });

  it('inTurn: each rule begins where the one before it ended', () => {
    const rules = inTurn(times(2, 'east', { do: 'cut' }), once('east', { do: 'empty' }), always('east', { do: 'stall' }));
    expect(doing({ rules: rules.toReversed() }, 'east', 5)).toEqual(['cut', 'cut', 'empty', 'stall', 'stall']);
  });

  it('failsFromNowOn agrees with what then happens', () => {
    const gone = outage('east: 529 x2, refused');
    expect([1, 2, 3, 4].map((n) => failsFromNowOn(gone, 'east', n, 'refused'))).toEqual([false, false, true, true]);
    expect(failsFromNowOn(outage('east: refused x3'), 'east', 1, 'refused')).toBe(false);
    fc.assert(
      fc.property(anOutage, fc.integer({ min: 1, max: 20 }), fc.constantFrom(...FAULT_NAMES), (script, n, name) => {
        if (!failsFromNowOn(script, 'east', n, name)) return;
        for (let later = n; later < n + 30; later++) expect(faultFor(script, 'east', later)?.do).toBe(name);
      }),
    );
  });
});

describe('outage as text', () => {
  it('reads statuses, names, places, counts, hints and reasons', () => {
    const { outage: script, errors } = parseOutage(`
      seed 7
      east: 529 x1, cut after 12 frames from 2   # then whole
      west/small-1: 10% stall; *: 429 quota retry-after 1m from 9 once
      north: html 200`);
    expect(errors).toEqual([]);
    expect(script).toEqual({
      seed: 7,
      rules: [
        { target: 'east', fault: { do: 'status', status: 529 }, times: 1 },
        { target: 'east', fault: { do: 'cut', afterFrames: 12 }, from: 2 },
        { target: 'west/small-1', fault: { do: 'stall' }, chance: 0.1 },
        { target: '*', fault: { do: 'status', status: 429, reason: 'quota', retryAfter: 60 }, from: 9, times: 1 },
        { target: 'north', fault: { do: 'html', status: 200 } },
      ],
    });
  });

  it('steps follow each other, `ok` included', () => {
    expect(doing(outage('east: 503 x2, ok x2, cut once, stall from 7'), 'east', 8)).toEqual([
      'status',
      'status',
      'ok',
      'ok',
      'cut',
      'ok',
      'stall',
      'stall',
    ]);
    expect(doing(outage('east: cut, ok from 3'), 'east', 4)).toEqual(['cut', 'cut', 'ok', 'ok']);
  });

  it.each([
    ['east: stal x1', 1, 7, 'did you mean `stall`?'],
    ['\n  east 529', 2, 3, 'target: fault'],
    ['east: cut, stall', 1, 12, 'never reached'],
    ['east: cut x1,, stall', 1, 14, 'a step is missing'],
    ['seed 1; east: cut after soon', 1, 19, '`after`'],
  ])('says where %j is wrong', (text, line, column, words) => {
    const [error] = parseOutage(text).errors;
    expect(error).toMatchObject({ line, column });
    expect(error!.message).toContain(words);
    expect(() => outage(text)).toThrow(SyntaxError);
  });

  it('what it reads is valid, whatever it reads', () => {
    const words = fc.constantFrom(
      'east',
      ':',
      ',',
      ';',
      '529',
      'cut',
      'ok',
      'x2',
      'from',
      '3',
      'after',
      '50%',
      'quota',
      'seed',
      '\n',
      ' ',
      '#',
    );
    fc.assert(fc.property(fc.array(words), (parts) => void expect(checkOutage(parseOutage(parts.join(' ')).outage)).toEqual([])));
  });
});

describe('checkOutage', () => {
  it('accepts what the types accept', () => {
    fc.assert(fc.property(anOutage, (script) => void expect(checkOutage(script)).toEqual([])));
    for (const reason of REASONS) expect(isOutage({ rules: [once('east', { do: 'status', reason })] })).toBe(true);
  });

  it.each([
    [[], '', 'an object'],
    [{}, 'rules', 'missing'],
    [{ rules: {} }, 'rules', 'a list'],
    [{ rules: [{ fault: { do: 'cut' } }] }, 'rules[0].target', 'missing'],
    [{ rules: [{ target: 'east', fault: { do: 'stal' } }] }, 'rules[0].fault.do', '`stall`'],
    [{ rules: [{ target: 'east', fault: { do: 'status' } }] }, 'rules[0].fault.status', 'status or a reason'],
    [{ rules: [{ target: 'east', fault: { do: 'status', status: '529' } }] }, 'rules[0].fault.status', 'whole number'],
    [{ rules: [{ target: 'east', fault: { do: 'cut', afterFrame: 3 } }] }, 'rules[0].fault.afterFrame', '`afterFrames`'],
    [{ rules: [{ target: 'east', fault: { do: 'cut' }, chance: 2 }] }, 'rules[0].chance', '0 to 1'],
    [{ rules: [{ target: 'east', fault: { do: 'cut' }, from: 0 }] }, 'rules[0].from', 'from 1'],
    [{ rules: [{ target: 'eats', fault: { do: 'cut' } }] }, 'rules[0].target', '`east`'],
    [{ rules: [{ target: 'east', fault: { do: 'cut', headers: { a: 1 } } }] }, 'rules[0].fault.headers.a', 'text'],
  ])('refuses %j', (data, path, words) => {
    const errors = checkOutage(data, ['east', 'west']);
    expect(errors).toEqual([{ path, message: expect.stringContaining(words) }]);
  });
});
