import { describe, expect, it } from 'vitest';
import type { Message } from './run-state.ts';
import { callerOf, withAnswer, withQuestion, withStart } from './owed-call.ts';

const call = { id: 'c', name: 'x', input: '{}' };
const yes = { decision: 'allow' } as const;
const approval = { type: 'question', id: 'q', about: 'approval', call, reason: '' } as const;
const text = (message: string) => JSON.stringify({ mode: 'form', message });
const inquiry = (id: string) =>
  ({ type: 'question', id, about: 'elicitation', call, reason: '', elicitation: { mode: 'form', message: id } }) as const;

describe('a call that is owed', () => {
  it('its own questions have their own answers, in any order, and none ends its approval', () => {
    const asked = [inquiry('a'), inquiry('b'), inquiry('a')].reduce(withQuestion, withAnswer(withQuestion({ call }, approval), 'q', yes)!);
    expect(asked).toEqual({
      call,
      question: { id: 'q', about: 'approval', asked: '{}' },
      answer: yes,
      inquiries: [
        { question: 'a', asked: text('a') },
        { question: 'b', asked: text('b') },
      ],
    });
    const told = withAnswer(asked, 'b', { decision: 'deny' })!;
    expect(told.inquiries?.map(({ question, answer }) => [question, answer?.decision])).toEqual([
      ['a', undefined],
      ['b', 'deny'],
    ]);
    expect(withAnswer(told, 'c', yes)).toBeUndefined();
  });

  it('a start ends what was asked about it, and nothing that it asked itself', () => {
    const before = withQuestion(withQuestion({ call }, approval), inquiry('a'));
    expect(withStart(withStart(before, undefined), undefined)).toEqual({
      call,
      started: { times: 2 },
      inquiries: [{ question: 'a', asked: text('a') }],
    });
  });

  it('belongs to who made it, whoever speaks since', () => {
    const reply: Message = {
      role: 'assistant',
      blocks: [],
      origin: { place: 0, ref: '', entry: '', protocol: '', model: '', account: '' },
      finish: '',
      agent: 'clerk',
    };
    expect(callerOf({ agent: 'root', transcript: [reply, { role: 'tool', id: 'c', name: 'x', output: '', failed: false }] })).toBe('clerk');
    expect(callerOf({ agent: 'root', transcript: [] })).toBe('root');
  });
});
