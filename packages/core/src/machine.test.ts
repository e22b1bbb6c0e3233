import { describe, expect, it } from 'vitest';
import { systemClock } from './io/clock-system.ts';
import { Machine, Steadiness } from './machine.ts';
import type { Clock } from './ports.ts';
import { classify } from './rules/classify.ts';
import type { ModelFailure } from './rules/failure.ts';
import type { Target } from './rules/target.ts';

function time() {
  const at = { now: 1_800_000_000_000, mono: 0 };
  const clock: Clock = { ...systemClock, now: () => at.now, mono: () => at.mono };
  return { at, clock, pass: (ms: number) => ((at.now += ms), (at.mono += ms)) };
}

const target = (entry: string): Target => ({
  place: 0,
  ref: entry,
  entry,
  model: 'm',
  protocol: 'other',
  credential: 'c',
  account: 'c',
  group: 'm',
});
const fetchFailed = (cause: object): TypeError => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), cause) });
const read = (error: unknown): ModelFailure => classify(error, { protocol: 'other', model: 'm', now: 0 });
const lookup = (hostname: string) => read(fetchFailed({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname }));

describe('local: two hosts', () => {
  it('a name that is not found is that host’s; a second one within 10 s is ours', () => {
    const { clock, pass } = time();
    const machine = new Machine(clock);
    expect(machine.judge(lookup('a.example')).kind).toBe('network');
    expect(machine.judge(lookup('a.example')).kind).toBe('network');
    pass(10_000);
    const offline = machine.judge(lookup('b.example'));
    expect(offline).toMatchObject({ kind: 'local', facts: { code: 'ENOTFOUND' } });
    expect(offline.message).toMatch(/^this machine is offline/);
    pass(10_001);
    expect(machine.judge(lookup('c.example')).kind).toBe('network');
  });

  it('an answer from anywhere acquits the machine', () => {
    const machine = new Machine(time().clock);
    machine.judge(lookup('a.example'));
    machine.answered();
    expect(machine.judge(lookup('b.example')).kind).toBe('network');
  });

  it('where the error names no host, the entry stands for it', () => {
    const { clock } = time();
    const machine = new Machine(clock);
    const expired = read(fetchFailed({ code: 'CERT_NOT_YET_VALID' }));
    const run = (entry: string) => ({ target: target(entry), began: clock.now(), ms: () => 0 });
    expect(machine.judge(expired, run('one')).kind).toBe('network');
    expect(machine.judge(expired, run('one')).kind).toBe('network');
    expect(machine.judge(expired, run('two'))).toMatchObject({ kind: 'local' });
  });
});

describe('local: the proxy', () => {
  const refused = (port: number) => read(fetchFailed({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port }));

  it.each([
    ['http://proxy.example:3128', 3128, 'local'],
    ['proxy.example:3128', 3128, 'local'],
    ['http://proxy.example:3128', 443, 'network'],
    ['http://proxy.example', 80, 'local'],
    ['no url at all:', 3128, 'network'],
  ])('%s, a connection to port %i refused: %s', (proxy, port, kind) => {
    expect(new Machine(time().clock, [proxy]).judge(refused(port)).kind).toBe(kind);
  });

  it('several addresses that were tried at once count as well', () => {
    const error = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED', port: 3128 })]);
    const failure = read(new TypeError('fetch failed', { cause: Object.assign(error, { code: 'ECONNREFUSED' }) }));
    expect(new Machine(time().clock, ['http://p:3128']).judge(failure).kind).toBe('local');
  });
});

describe('local: time', () => {
  it('an attempt that the machine slept through failed because of it, if its connection did', () => {
    const { at, clock, pass } = time();
    const machine = new Machine(clock);
    const run = { target: target('one'), began: at.now, ms: () => at.mono };
    pass(20_000);
    expect(machine.judge(read(fetchFailed({ code: 'ECONNRESET' })), run).kind).toBe('network');
    at.now += 8 * 3_600_000;
    expect(machine.judge(read(fetchFailed({ code: 'ECONNRESET' })), run)).toMatchObject({ kind: 'local', message: /slept/ });
    expect(machine.judge(read({ statusCode: 529, message: 'overloaded' }), run).kind).toBe('overload');
  });

  it('each disturbance is told once', () => {
    const { at, clock, pass } = time();
    const steady = new Steadiness(clock);
    pass(60_000);
    expect(steady.disturbed(900)).toBeUndefined();
    expect(steady.disturbed(1_001)).toBe('lagged');
    at.now -= 3_600_000;
    expect(steady.disturbed(0)).toBe('slept');
    expect(steady.disturbed(0)).toBeUndefined();
    expect(steady.disturbed(5_001)).toBe('slept');
  });
});
