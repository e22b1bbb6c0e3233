import { describe, expect, it } from 'vitest';
import { dueAfterOverflow, dueForCompaction, expectedTokens } from './due.ts';
import { NO_EVIDENCE } from './evidence.ts';
import { fold } from './fold.ts';
import { START, type Message, type RunState } from './run-state.ts';

const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const auto = { compaction: { auto: true } };
const of = (tokens: number, window?: number, more: readonly Message[] = []) => ({
  evidence: NO_EVIDENCE,
  transcript: [{ role: 'user', text: 'hm' } as Message, ...more],
  context: { tokens, messages: 1, usage: {}, ref: 'p/m', ...(window !== undefined && { window }) },
});
const result = (chars: number): Message => ({ role: 'tool', id: 'c', name: 'look', output: 'x'.repeat(chars), failed: false });

describe('when a conversation is summarised', () => {
  it('C1: strictly above 90 % of the window, what was added by estimate included; an unknown window is never full', () => {
    expect(dueForCompaction(of(7000, 100_000), auto)).toBe(false);
    expect(dueForCompaction(of(90_000, 100_000), auto)).toBe(false);
    expect(dueForCompaction(of(90_001, 100_000), auto)).toBe(true);
    expect(dueForCompaction(of(80_000, 100_000, [result(60_000)]), auto)).toBe(true);
    expect(dueForCompaction(of(90_001, 0), auto)).toBe(false);
    expect(dueForCompaction(of(90_001), auto)).toBe(false);
  });

  it('a threshold of one’s own; off means off', () => {
    expect(dueForCompaction(of(60_000, 100_000), { compaction: { auto: true, threshold: 0.5 } })).toBe(true);
    expect(dueForCompaction(of(99_000, 100_000), { compaction: { auto: false } })).toBe(false);
  });

  it('P7: the largest window counts: a small model that answers while a large one rests is no reason', () => {
    expect(dueForCompaction(of(120_000, 128_000), { ...auto, window: 1_000_000 })).toBe(false);
    expect(dueForCompaction(of(120_000, 1_000_000), { ...auto, window: 128_000 })).toBe(false);
    expect(dueForCompaction(of(950_000, 128_000), { ...auto, window: 1_000_000 })).toBe(true);
  });

  it('what changed too little is not tried again before the conversation has grown by 5 % of the window', () => {
    expect(dueForCompaction(of(95_000, 100_000), auto, 95_000)).toBe(false);
    expect(dueForCompaction(of(100_000, 100_000), auto, 95_000)).toBe(false);
    expect(dueForCompaction(of(100_001, 100_000), auto, 95_000)).toBe(true);
    expect(dueForCompaction(of(95_000, 100_000), auto, 20_000)).toBe(true);
  });

  it('before anything was reported, system text and tools are in the estimate', () => {
    const fresh = { evidence: NO_EVIDENCE, transcript: [result(4000)] };
    expect(expectedTokens(fresh, { overhead: 500 })).toBe(1505);
    expect(dueForCompaction(fresh, { ...auto, window: 1600, overhead: 500 })).toBe(true);
    expect(dueForCompaction(fresh, { ...auto, window: 1600 })).toBe(false);
  });

  it('the estimate of what was added is corrected by what the provider reported, and a summary begins anew', () => {
    const reply = (input: number, ref = 'p/m') =>
      ({
        type: 'model-reply',
        turn: 1,
        blocks: [],
        finish: 'stop',
        origin: { ...ORIGIN, ref },
        usage: { input, output: 10 },
        call: 'r',
      }) as const;
    let state: RunState = fold(START, { type: 'input', text: 'hm' });
    state = fold(state, reply(1000));
    state = fold(state, { type: 'input', text: 'x'.repeat(8000) });
    state = fold(state, reply(1000 + 2 * 2010));
    expect(state.evidence).toEqual({ estimated: 2010, reported: 4020 });
    state = fold(state, { type: 'input', text: 'x'.repeat(400) });
    expect(expectedTokens(state, {})).toBe(5020 + 10 + 2 * 105);
    state = fold(state, reply(9999, 'p/other'));
    expect(state.evidence.estimated).toBe(2010);
    state = fold(state, { type: 'compaction', why: 'manual', summary: 'x'.repeat(783), keep: 0 });
    expect(expectedTokens(state, { overhead: 100 })).toBe(2 * (100 + 205));
  });

  it('a reply that reports nothing leaves what is known', () => {
    let state: RunState = fold(START, { type: 'input', text: 'hm' });
    const reply = { type: 'model-reply', turn: 1, blocks: [], finish: 'stop', origin: ORIGIN, call: 'r' } as const;
    state = fold(state, { ...reply, usage: { input: 500, output: 20 } });
    state = fold(state, { ...reply, usage: {} });
    expect(expectedTokens(state, {})).toBe(525);
  });
});

describe('after a call that failed', () => {
  it('I11, I12: an overflow is tried again after a summary, up to the cap in a row', () => {
    expect(dueAfterOverflow('context-length', 0, { auto: true })).toBe(true);
    expect(dueAfterOverflow('context-length', 1, { auto: true })).toBe(false);
    expect(dueAfterOverflow('context-length', 1, { auto: true, maxOverflows: 2 })).toBe(true);
  });

  it('I13, I14, P7: not when summaries are off, and for no other failure: least of all for a rest', () => {
    expect(dueAfterOverflow('context-length', 0, { auto: false })).toBe(false);
    for (const kind of ['resting', 'overload', 'rate-limit', 'cancelled', 'bad-request', 'unknown'])
      expect(dueAfterOverflow(kind, 0, { auto: true })).toBe(false);
  });

  it('I16, I17: a cap of 0 or less is none at all', () => {
    for (const maxOverflows of [0, -5]) expect(dueAfterOverflow('context-length', 0, { auto: true, maxOverflows })).toBe(false);
  });
});
