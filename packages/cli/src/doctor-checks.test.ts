import { describe, expect, it } from 'vitest';
import { laneChecks, versionChecks } from './doctor-checks.ts';
import { doctorLines } from './render/doctor-lines.ts';
import { PLAIN } from './render/style.ts';

describe('versions', () => {
  it.each([
    ['22.18.0', 'fail'],
    ['20.20.2', 'fail'],
    ['22.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['26.0.0', 'ok'],
  ])('Node %s: %s', (node, level) => expect(versionChecks('1.0.0', { node, system: 'linux x64' }, [])[0]).toMatchObject({ level }));

  it('a package that is not installed is named', () =>
    expect(
      versionChecks('1.0.0', { node: '24.0.0', system: 'x' }, [
        ['a', '1.0.0'],
        ['b', undefined],
      ])[1],
    ).toMatchObject({
      level: 'fail',
      what: 'b is not installed',
    }));
});

describe('lanes', () => {
  const file = (lanes: object) => ({ lanes }) as never;

  it('a rate that each process counts by itself is to be looked at', () => {
    expect(laneChecks(undefined)).toEqual([]);
    expect(laneChecks(file({ slow: { match: ['*'] } }))).toMatchObject([{ level: 'ok' }]);
    expect(laneChecks(file({ slow: { rpm: 60 }, other: {} }))).toMatchObject([{ level: 'warn', way: expect.stringContaining('of slow,') }]);
  });
});

describe('the lines', () => {
  it('hang below their check in a narrow window, and nothing steers the terminal', () => {
    const what = 'the state folder \x1b[2J/a/long/path cannot be used because of something long';
    const out = doctorLines([{ check: 'state', level: 'fail', what, way: 'name another' }], PLAIN, 40);
    expect(out).toEqual([
      '✗ state     the state folder',
      '            /a/long/path cannot be used',
      '            because of something long',
      '            → name another',
      '',
      '1 thing does not work',
    ]);
    for (const line of out) expect(line.length).toBeLessThanOrEqual(40);
  });
});
