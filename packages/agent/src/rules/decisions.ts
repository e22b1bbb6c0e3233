import { BY, byAnswer, type Decision } from './decision-source.ts';
import type { EventRow, RunEvent } from './events.ts';

/** What was decided about one call. */
export interface DecisionEntry {
  /** Epoch ms. */
  readonly at: number;
  /** The agent path. */
  readonly path: readonly string[];
  readonly call: string;
  readonly tool: string;
  readonly decision: Decision;
  readonly by: string;
}

/** A call that may have run and was not run again was refused by somebody too. */
const refused = ({ how, by }: RunEvent & { readonly type: 'tool-result' }): boolean =>
  how === 'refused' || (how === 'unknown' && by !== undefined);

const UNDECIDED: ReadonlySet<string> = new Set([BY.unknownTool, BY.wrongArguments]);

/**
 * The log of decisions: rows of a session to what was decided about its calls, in the order it was.
 *
 * L1. A call that began was allowed, and each start counts; one that was refused by somebody was denied, or canceled by a stop.
 * L2. What was never decided about (no such tool, arguments that cannot be read) is not in it.
 */
export function decisionsOf(rows: readonly EventRow[]): readonly DecisionEntry[] {
  const asked = new Map<string, string>();
  const answered = new Map<string, string>();
  const found: DecisionEntry[] = [];
  for (const { at, path, event } of rows) {
    const key = (call: string): string => JSON.stringify([path, call]);
    if (event.type === 'question' && event.about === 'approval') asked.set(event.id, key(event.call.id));
    if (event.type === 'answer') {
      const call = asked.get(event.id);
      if (call !== undefined) answered.set(call, byAnswer(event.decision));
    }
    if (event.type !== 'tool-start' && event.type !== 'tool-result') continue;
    const by = event.by ?? answered.get(key(event.id));
    const decision = event.type === 'tool-start' ? 'allow' : !refused(event) ? undefined : by === BY.stopped ? 'canceled' : 'deny';
    if (decision === undefined || by === undefined || UNDECIDED.has(by)) continue;
    found.push({ at, path, call: event.id, tool: event.name, decision, by });
  }
  return found;
}
