import { describe, expect, it } from 'vitest';
import { emptyVerdict, LOWER_EFFORT } from './empty.ts';
import type { FailureFacts, FailureKind } from './failure.ts';
import type { PastAttempt } from './plan-types.ts';
import type { Finish } from './reader.ts';
import type { RequestFacts } from './target.ts';

const reading = (more: Partial<{ finish: Finish; text: string; calls: number; files: number; refused: boolean }> = {}) => ({
  finish: finish('stop'),
  text: '',
  calls: 0,
  files: 0,
  refused: false,
  ...more,
});
const finish = (reason: string, raw?: string): Finish => ({ reason, ...(raw !== undefined && { raw }), usage: {} });
const request = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  tokens: 100,
  images: false,
  stops: false,
  afterTool: false,
  prompt: 'p',
  replayable: true,
  ...more,
});
const past = (place: number, kind: FailureKind = 'empty', facts: FailureFacts = {}): PastAttempt => ({
  place,
  began: 0,
  ended: 1,
  failure: { kind, facts },
  shown: 'nothing',
  chance: 0,
});

describe('E4: empty is no success', () => {
  it('E4: text, a call or a file make an answer; white space and reasoning do not', () => {
    expect(emptyVerdict(reading({ text: 'a' }), request(), [], 0)).toBe('whole');
    expect(emptyVerdict(reading({ calls: 1 }), request(), [], 0)).toBe('whole');
    expect(emptyVerdict(reading({ files: 1 }), request(), [], 0)).toBe('whole');
    expect(emptyVerdict(reading({ text: ' \n' }), request(), [], 0)).toBe('empty');
    expect(emptyVerdict(reading(), request(), [], 0)).toBe('empty');
  });

  it('E4: whole when a stop sequence fired, and only when the finish says so', () => {
    expect(emptyVerdict(reading({ finish: finish('stop', 'stop_sequence') }), request({ stops: true }), [], 0)).toBe('whole');
    expect(emptyVerdict(reading({ finish: finish('stop', 'stop') }), request({ stops: true }), [], 0)).toBe('empty');
    expect(emptyVerdict(reading({ finish: finish('stop', 'stop_sequence') }), request(), [], 0)).toBe('empty');
  });

  it('E4: whole when next to nothing was allowed', () => {
    expect(emptyVerdict(reading({ finish: finish('length') }), request({ maxTokens: 1 }), [], 0)).toBe('whole');
    expect(emptyVerdict(reading(), request({ maxTokens: 64 }), [], 0)).toBe('whole');
    expect(emptyVerdict(reading(), request({ maxTokens: 65 }), [], 0)).toBe('empty');
  });

  it('E4: after a tool result once two targets said so', () => {
    const after = request({ afterTool: true });
    expect(emptyVerdict(reading(), after, [], 0)).toBe('empty');
    expect(emptyVerdict(reading(), after, [past(0)], 0)).toBe('empty');
    expect(emptyVerdict(reading(), after, [past(0, 'server')], 1)).toBe('empty');
    expect(emptyVerdict(reading(), after, [past(0), past(0)], 1)).toBe('whole');
    expect(emptyVerdict(reading({ finish: finish('other', 'x') }), after, [past(0)], 1)).toBe('empty');
    expect(emptyVerdict(reading(), request(), [past(0)], 1)).toBe('empty');
  });

  it('E4: `length` with nothing visible: once more at lower effort, then passed on', () => {
    const long = reading({ finish: finish('length') });
    expect(emptyVerdict(long, request(), [], 0)).toBe('length-once');
    expect(emptyVerdict(long, request(), [past(0, 'empty', { repair: LOWER_EFFORT })], 0)).toBe('whole');
  });

  it('a filter that stops it before any text is a refusal', () => {
    expect(emptyVerdict(reading({ finish: finish('content-filter', 'SAFETY') }), request(), [], 0)).toBe('refusal');
    expect(emptyVerdict(reading({ finish: finish('content-filter'), text: 'a' }), request(), [], 0)).toBe('whole');
  });
});
