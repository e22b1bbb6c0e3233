import type { Answer, Pending } from '@holdfast/agent/engine';

/** How often `--yolo` lets a run go on past its limit of model calls. */
export const MOST_EXTENSIONS = 5;

export interface PolicyFacts {
  readonly yolo: boolean;
  readonly attended: boolean;
  /** How often this run was let go on already. */
  readonly extended: number;
}

export interface Given {
  readonly answer: Answer;
  /** To be said to whoever reads. */
  readonly notice?: string;
}

/**
 * What is answered without asking anybody; undefined: the user is asked.
 * Y1. `--yolo` answers approvals, but never whether a call may run a second time, and no hook that wants a person.
 * Y2. It lets a run go on past its limit of model calls, five times; time, tokens and money are the user's.
 * Y3. With nobody there everything else is a no, said aloud: no run hangs.
 */
export function givenAnswer(question: Pending, { yolo, attended, extended }: PolicyFacts): Given | undefined {
  if (yolo && question.about === 'approval' && !wantsPerson(question)) return { answer: { decision: 'allow' } };
  if (yolo && question.about === 'limit' && question.limit === 'iterations')
    return extended < MOST_EXTENSIONS
      ? { answer: { decision: 'allow' } }
      : { answer: { decision: 'deny' }, notice: `the run was let go on ${MOST_EXTENSIONS} times by --yolo; that is the most` };
  if (attended) return undefined;
  return { answer: { decision: 'deny', reason: 'nobody is there to answer' }, notice: `nobody is there to answer: ${subject(question)}` };
}

/** As the rules word it (K2): a hook asks, whatever else says yes. */
export const wantsPerson = ({ reason }: Pick<Pending, 'reason'>): boolean => reason.startsWith('A hook wants approval');

const subject = (question: Pending): string =>
  question.about === 'elicitation'
    ? `${question.elicitation.from ?? question.call.name} asked "${question.elicitation.message}" and was declined`
    : question.about === 'may-have-run'
      ? `${question.call.name} may have run before and is not run again`
      : question.reason;
