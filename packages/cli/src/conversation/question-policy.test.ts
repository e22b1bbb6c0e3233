import { permissionPatterns, permit, type Pending } from '@holdfast/agent/engine';
import { describe, expect, it } from 'vitest';
import { givenAnswer, MOST_EXTENSIONS, wantsPerson } from './question-policy.ts';

const call = { id: 'c', name: 'shell', input: '{"cmd":"ls"}' };
const base = { id: 'q', path: [], reason: 'because' };
const approval: Pending = { ...base, about: 'approval', call };
const again: Pending = { ...base, about: 'may-have-run', call };
const limit = (name: 'iterations' | 'usd' | 'time' | 'tokens'): Pending => ({ ...base, about: 'limit', limit: name, reached: 3 });
const form: Pending = { ...base, about: 'elicitation', call, elicitation: { mode: 'form', message: 'Who?' } };

describe('what is answered without asking anybody', () => {
  it.each([true, false])('I7, I8: --yolo lets a run go on five times, and no more (somebody there: %s)', (attended) => {
    const answers = Array.from(
      { length: 6 },
      (_, extended) => givenAnswer(limit('iterations'), { yolo: true, attended, extended })?.answer.decision,
    );
    expect(answers).toEqual([...Array.from({ length: MOST_EXTENSIONS }, () => 'allow'), 'deny']);
  });

  it.each(['usd', 'time', 'tokens'] as const)('a limit of %s is the user’s', (name) => {
    expect(givenAnswer(limit(name), { yolo: true, attended: true, extended: 0 })).toBeUndefined();
    expect(givenAnswer(limit(name), { yolo: true, attended: false, extended: 0 })?.answer.decision).toBe('deny');
  });

  it('--yolo approves, but never that a call runs a second time', () => {
    expect(givenAnswer(approval, { yolo: true, attended: true, extended: 0 })?.answer).toEqual({ decision: 'allow' });
    expect(givenAnswer(again, { yolo: true, attended: true, extended: 0 })).toBeUndefined();
    expect(givenAnswer(again, { yolo: true, attended: false, extended: 0 })?.answer.decision).toBe('deny');
  });

  it('a hook that wants a person gets one, whatever says yes to everything', () => {
    const tool = { name: 'shell', description: '', parameters: {}, readOnly: false, idempotent: false, sequential: true };
    const asked = permit(
      {
        tool,
        input: {},
        touches: { reads: [], writes: [] },
        allowed: new Set(),
        attended: true,
        hook: { decision: 'ask', preempts: true },
      },
      { rules: permissionPatterns({}), yolo: true, readOnlyMode: false, cwd: '/' },
    );
    if (asked.do !== 'ask') throw new Error('the hook was not heard');
    expect(wantsPerson(asked)).toBe(true);
    expect(givenAnswer({ ...approval, reason: asked.reason }, { yolo: true, attended: true, extended: 0 })).toBeUndefined();
  });

  it('with nobody there every question is a no that is said; with somebody he is asked', () => {
    for (const question of [approval, again, form, limit('iterations')]) {
      const given = givenAnswer(question, { yolo: false, attended: false, extended: 0 });
      expect(given).toMatchObject({ answer: { decision: 'deny' }, notice: expect.stringContaining('nobody is there') });
      expect(givenAnswer(question, { yolo: false, attended: true, extended: 0 })).toBeUndefined();
    }
    expect(givenAnswer(form, { yolo: true, attended: false, extended: 0 })?.notice).toContain('shell asked "Who?" and was declined');
  });
});
