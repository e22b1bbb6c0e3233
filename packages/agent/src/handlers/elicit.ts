import type { Inbox } from '../inbox.ts';
import type { Elicited, Redact } from '../ports.ts';
import type { Answer, Elicitation, RunEvent, ToolCall } from '../rules/events.ts';
import type { Inquiry } from '../rules/run-state.ts';
import type { Asking } from './asking.ts';

export interface ElicitPorts {
  readonly path: readonly string[];
  readonly inbox: Inbox;
  readonly attended: boolean;
  readonly redact: Redact;
  readonly record: (events: readonly RunEvent[]) => Promise<void>;
}

/**
 * Questions of a tool in the middle of its call. Each is recorded before it is asked, and its answer before the tool hears it; both stand in
 * the log like the loop's own questions. A call that is run again after a restart has the answers it had, each to its own question.
 * When the signal has fired, or the call is over, nothing is asked any more: nobody would take the answer.
 */
export function elicitor(ports: ElicitPorts, call: ToolCall, before: readonly Inquiry[], asking: Pick<Asking, 'signal'>) {
  let asked = 0;
  const ask = async (elicitation: Elicitation): Promise<Elicited> => {
    const base = [...ports.path, `elicitation:${call.id}:${asked++}`].join('/');
    const text = JSON.stringify(ports.redact(elicitation));
    // The marks of those asked in other words; `:1` is not `:10`.
    const others = before.filter(({ question }) => question.replace(/'+$/, '') === base);
    const same = others.findLast((one) => one.asked === text);
    if (same?.answer) return elicitedOf(same.answer);
    // An answer to what it asked before may still be on its way.
    const id = same?.question ?? `${base}${"'".repeat(others.length)}`;
    if (!ports.attended) return { action: 'decline' };
    const { signal } = asking;
    signal.throwIfAborted();
    await ports.record([{ type: 'question', id, about: 'elicitation', call, elicitation, reason: elicitation.message }]);
    const { item, ...answer } = ports.redact(await ports.inbox.answerTo(id, signal));
    await ports.record([{ type: 'answer', id, ...answer, item }]);
    return elicitedOf(answer);
  };
  return (elicitation: Elicitation): Promise<Elicited> => {
    const answer = ask(elicitation);
    // A tool that was left does not look any more whether it was answered.
    answer.catch(() => {});
    return answer;
  };
}

function elicitedOf({ decision, content }: Answer): Elicited {
  if (decision === 'cancel') return { action: 'cancel' };
  return decision === 'deny' ? { action: 'decline' } : { action: 'accept', ...(content && { content }) };
}
