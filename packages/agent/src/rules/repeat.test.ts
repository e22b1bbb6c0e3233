import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circles, type Watched } from './repeat.ts';
import type { Message } from './run-state.ts';

const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const user = (text: string, hidden?: true): Message => ({ role: 'user', text, ...(hidden && { hidden }) });
let ids = 0;

/** A reply with calls, `name` or `name {json}`, and their results. */
function batch(calls: readonly string[], output: string | (() => string) = () => `${ids}`): Message[] {
  const made = calls.map((call) => {
    const [name = '', ...input] = call.split(' ');
    return { type: 'tool-call' as const, id: `c${++ids}`, name, input: input.join(' ') };
  });
  const results = made.map(({ id, name }): Message => {
    return { role: 'tool', id, name, output: typeof output === 'string' ? output : output(), failed: false };
  });
  return [{ role: 'assistant', origin: ORIGIN, finish: 'stop', blocks: made }, ...results];
}

const run = (...calls: readonly string[]) => [user('go'), ...calls.flatMap((call) => batch([call]))];
const polling = (tool: string) => tool.startsWith('view_');
const looked = (transcript: readonly Message[], limit: number, more: Partial<Watched> = {}) =>
  circles(transcript, { limit, polling, ...more })?.do;

describe('identical batches', () => {
  it('T17: different calls are no circle', () => expect(looked(run('a', 'b', 'c'), 3)).toBeUndefined());

  it('T18: the third of three', () => {
    expect(looked(run('a', 'a'), 3)).toBeUndefined();
    expect(looked(run('a', 'a', 'a'), 3)).toBe('warn');
  });

  it('T19: another call begins a new row', () => expect(looked(run('a', 'a', 'b', 'b'), 3)).toBeUndefined());

  it('T20: replies without calls neither count nor end a row', () => {
    expect(looked([user('go'), ...batch([]), ...batch([]), ...batch([])], 2)).toBeUndefined();
    expect(looked([user('go'), ...batch(['a']), ...batch([]), ...batch(['a'])], 2)).toBe('warn');
  });

  it('T21: batches of two calls, the same and with one argument that differs', () => {
    const two = (x: number) => batch(['a {"x":1}', `b {"x":${x}}`]);
    expect(looked([user('go'), ...two(1), ...two(1)], 2)).toBe('warn');
    expect(looked([user('go'), ...two(1), ...two(2)], 2)).toBeUndefined();
  });

  it('T22: keys in any order, nested too, are the same arguments; what is not JSON stands for itself', () => {
    expect(looked(run('a {"x":1,"y":{"p":1,"q":2}}', 'a {"y":{"q":2,"p":1},"x":1}'), 2)).toBe('warn');
    expect(looked(run('a not json', 'a not json'), 2)).toBe('warn');
    expect(looked(run('a not json', 'a not  json'), 2)).toBeUndefined();
  });

  it('T23: polling tools alone are no circle, however often', () =>
    expect(looked(run(...Array.from({ length: 30 }, () => 'view_background_job {"id":1}')), 2)).toBeUndefined());

  it('T24: a mixed batch counts', () => {
    const mixed = () => batch(['view_background_agent', 'a']);
    expect(looked([user('go'), ...mixed(), ...mixed()], 2)).toBe('warn');
  });

  it('T25: polling in between ends no row', () => expect(looked(run('a', 'a', 'view_background_job', 'a'), 3)).toBe('warn'));

  it('T26: what the user says begins a new count; what we say ourselves does not', () => {
    expect(looked([...run('a', 'a'), user('go on'), ...batch(['a'])], 3)).toBeUndefined();
    expect(looked([...run('a', 'a'), user('note', true), ...batch(['a'])], 3)).toBe('warn');
  });

  it('without a limit of its own five are a circle', () => {
    for (const limit of [0, -1]) {
      expect(looked(run('a', 'a', 'a', 'a'), limit)).toBeUndefined();
      expect(looked(run('a', 'a', 'a', 'a', 'a'), limit)).toBe('warn');
    }
  });
});

describe('other circles', () => {
  it('A-B-A-B of the same length, and A-B-C twice around', () => {
    expect(looked(run('a', 'b', 'a', 'b'), 5)).toBeUndefined();
    expect(looked(run('a', 'b', 'a', 'b', 'a'), 5)).toBe('warn');
    expect(looked(run('a', 'b', 'c', 'a', 'b'), 5)).toBeUndefined();
    expect(looked(run('a', 'b', 'c', 'a', 'b', 'c'), 5)).toBe('warn');
    expect(looked(run('a', 'b', 'a'), 2)).toBeUndefined();
    expect(looked(run('a', 'b', 'a', 'b'), 2)).toBe('warn');
  });

  it('the text names the tools of the round in their order', () => {
    const found = circles(run('a', 'b', 'c', 'a', 'b', 'c'), { polling });
    expect(found?.do === 'warn' && found.text).toContain('again and again a, b, c');
  });

  it('one call with the same result, ten times among others; a result that changes is progress', () => {
    const often = (times: number, output: string | (() => string)) => [
      user('go'),
      ...Array.from({ length: times }, (_, n) => [...batch([`edit {"n":${n}}`]), ...batch(['test'], output)]).flat(),
    ];
    expect(looked(often(9, 'red'), 5)).toBeUndefined();
    expect(looked(often(10, 'red'), 5)).toBe('warn');
    expect(
      looked(
        often(10, () => `${++ids} failed`),
        5,
      ),
    ).toBeUndefined();
  });
});

describe('told once, then stopped', () => {
  const warned = [...run('a', 'a', 'a'), user('You go in circles', true)];

  it('D5: the very next round of the circle stops the run; before the model answered nothing does', () => {
    expect(looked(warned, 3, { sinceWarning: 0 })).toBeUndefined();
    const again = circles([...warned, ...batch(['a'])], { limit: 3, polling, sinceWarning: 1 });
    expect(again).toEqual({
      do: 'stop',
      failure: { kind: 'tool-loop', message: 'stopped: the model made the same call 3 times in a row (a)' },
    });
  });

  it('D5: a model that does something else goes on; a second circle before the next input is the end', () => {
    const away = [...warned, ...batch(['b'])];
    expect(looked(away, 3, { sinceWarning: 1 })).toBeUndefined();
    expect(looked([...away, ...batch(['c']), ...batch(['c']), ...batch(['c'])], 3, { sinceWarning: 4 })).toBe('stop');
  });

  it('D5: after the next input it is told anew, whenever that came', () => {
    const next = [...warned, user('try harder'), ...batch(['a']), ...batch(['a']), ...batch(['a'])];
    expect(looked(next, 3, { sinceWarning: 3 })).toBe('warn');
  });
});

describe('the cost of looking', () => {
  it('D2: no more messages are read in a long run than in a short one', () => {
    const readOf = (turns: number): number => {
      const transcript = run(...Array.from({ length: turns }, (_, n) => `a {"n":${n}}`));
      let read = 0;
      const watched = new Proxy(transcript, {
        get: (target, key, self) => (/^\d+$/.test(String(key)) && read++, Reflect.get(target, key, self)),
      });
      circles(watched, { limit: 5, polling });
      return read;
    };
    expect(readOf(1000)).toBe(readOf(100));
    expect(readOf(1000)).toBeLessThan(100);
  });

  it('what is far back changes nothing', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'view_x'), { maxLength: 15 }), (calls) => {
        const recent = [
          ...run('far'),
          ...Array.from({ length: 40 }, (_, n) => batch([`x {"n":${n}}`])).flat(),
          ...calls.flatMap((call) => batch([call])),
        ];
        expect(looked([...run('a', 'b', 'a'), ...recent.slice(1)], 5)).toBe(looked(recent, 5));
      }),
    ));
});
