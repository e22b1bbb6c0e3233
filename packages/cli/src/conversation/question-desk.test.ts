import { SessionError, type Answer, type EventRow, type Pending, type RunEvent } from '@holdfast/agent/engine';
import { describe, expect, it } from 'vitest';
import { QuestionDesk } from './question-desk.ts';

const row = (event: RunEvent, path: readonly string[] = []): EventRow => ({
  session: 's',
  seq: 1,
  version: 1,
  at: 0,
  run: 'r',
  path,
  event,
});
const question = (id: string, path: readonly string[] = []): EventRow =>
  row({ type: 'question', id, about: 'approval', call: { id: `call-${id}`, name: 'shell', input: '{}' }, reason: '' }, path);
const settled = () => new Promise((resolve) => void setImmediate(resolve));

interface Asked {
  readonly question: Pending;
  readonly signal: AbortSignal;
  readonly give: (answer: Answer) => void;
}

function desk(answer: (id: string, answer: Answer) => Promise<void> = async () => {}, yolo = false) {
  const asked: Asked[] = [];
  const [answers, said, lost]: [string[], string[], unknown[]] = [[], [], []];
  const own = new QuestionDesk('s', {
    runtime: {
      answer: async (_, id, given) => {
        answers.push(`${id} ${given.decision}`);
        await answer(id, given);
      },
    },
    attended: true,
    yolo: () => yolo,
    ask: (one, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ question: one, signal, give: resolve });
        signal.addEventListener('abort', () => reject(new Error('cut')), { once: true });
      }),
    notice: (text) => void said.push(text),
    remark: (text) => void said.push(text),
    lost: (error) => void lost.push(error),
  });
  return { own, asked, answers, said, lost };
}

describe('the questions of a session', () => {
  it('D1: one at a time, in the order they came, children’s too', async () => {
    const { own, asked, answers } = desk();
    for (const [id, path] of [
      ['a', []],
      ['b', ['helper@c']],
      ['c', []],
    ] as const)
      own.row(question(id, path));
    expect(asked.map((one) => one.question.id)).toEqual(['a']);
    for (const decision of ['allow', 'deny', 'allow'] as const) {
      asked.at(-1)!.give({ decision });
      await settled();
    }
    expect(answers).toEqual(['a allow', 'b deny', 'c allow']);
    expect(asked[1]!.question.path).toEqual(['helper@c']);
  });

  it('D2: one that was answered elsewhere leaves the screen, and the next is asked', async () => {
    const { own, asked, answers, said, lost } = desk();
    own.row(question('a'));
    own.row(question('b'));
    own.row(question('c'));
    own.row(row({ type: 'answer', id: 'b', decision: 'allow' }));
    own.row(row({ type: 'answer', id: 'a', decision: 'deny' }));
    await settled();
    expect(asked.map((one) => one.question.id)).toEqual(['a', 'c']);
    expect([answers, said, lost]).toEqual([[], ['(answered elsewhere)'], []]);
  });

  it('D2: the end of a run takes its questions and its children’s with it; another’s stay', async () => {
    const { own, asked, said } = desk();
    own.row(question('a', ['helper@c', 'deep@d']));
    own.row(question('b', ['other@c']));
    own.row(row({ type: 'run-end', why: 'stopped' }, ['helper@c']));
    await settled();
    expect(asked.map((one) => one.question.id)).toEqual(['a', 'b']);
    own.row(row({ type: 'run-end', why: 'stopped' }));
    await settled();
    expect(asked.every(({ signal }) => signal.aborted)).toBe(true);
    expect(said, 'the end of the whole run is said by itself').toEqual(['(over)']);
  });

  it('one that is gone when the answer comes is said to be', async () => {
    const { own, asked, said, lost } = desk(async () => {
      throw new SessionError('gone', 'too late');
    });
    own.row(question('a'));
    asked[0]!.give({ decision: 'allow' });
    await settled();
    expect([said, lost]).toEqual([['(answered elsewhere)'], []]);
  });

  it('what nobody foresaw is handed on', async () => {
    const { own, asked, lost } = desk(async () => {
      throw new Error('disk full');
    });
    own.row(question('a'));
    asked[0]!.give({ decision: 'allow' });
    await settled();
    expect(lost).toEqual([new Error('disk full')]);
  });

  it('I8: the extensions of one run are counted, and those of the next anew', async () => {
    const { own, answers } = desk(async () => {}, true);
    const ask = async (id: string) => {
      own.row(row({ type: 'question', id, about: 'limit', limit: 'iterations', reached: 1, reason: '' }));
      await settled();
    };
    for (let n = 1; n <= 6; n++) await ask(`l${n}`);
    own.row(row({ type: 'run-end', why: 'out-of-turns' }));
    await ask('l7');
    expect(answers.map((one) => one.split(' ')[1])).toEqual(['allow', 'allow', 'allow', 'allow', 'allow', 'deny', 'allow']);
  });

  it('closed, it asks nobody and lets go of who was asked', async () => {
    const { own, asked, lost } = desk();
    own.row(question('a'));
    own[Symbol.dispose]();
    own.row(question('b'));
    await settled();
    expect([asked.length, asked[0]!.signal.aborted, lost]).toEqual([1, true, []]);
  });
});
