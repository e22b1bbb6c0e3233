import type { EventRow, SessionHead } from '@holdfast/agent/engine';
import { askQuestion } from '../questions.ts';
import { tameLine } from '../render/width.ts';
import type { Events } from './events.ts';
import type { Talk } from './ground.ts';
import { SessionWatch } from './session-watch.ts';
import { ruleFor } from './tool-look.ts';
import type { Happened } from './under-way.ts';

export interface Watched {
  readonly session: string;
  /** The last row that was there before. */
  readonly known: number;
  readonly events: Events<Happened>;
  readonly row: (row: EventRow) => void;
}

/** Shows a session from here on and asks its questions. */
export function watching(talk: Talk, { session, known, events, row }: Watched): SessionWatch {
  const { ground, context, options } = talk;
  const { view, runtime, attended } = ground;
  view.watch(session);
  return new SessionWatch(session, known, runtime, {
    view,
    runtime,
    attended,
    yolo: () => talk.yolo || (options.yolo ?? false),
    ask: async (question, signal) => {
      const rule = await ruleFor(ground, session, talk.agent, question, signal);
      return askQuestion({ terminal: context.terminal, ...(rule !== undefined && { rule }) }, question, signal);
    },
    notice: view.notice,
    remark: view.remark,
    lost: (error) => events.push({ type: 'lost', error }),
    row,
  });
}

/** What is said of a session that somebody comes back to. */
export function sessionWords(session: string, head: SessionHead | undefined): string {
  const name = `session ${session.slice(0, 8)}, "${tameLine(head?.title ?? '')}"`;
  if (head?.status === 'running') return `${name}; another process drives it: what is said here is said there`;
  const open = head?.status === 'unfinished' || head?.status === 'stopped' || head?.status === 'failed';
  return open ? `${name}; /continue goes on with what was left undone` : name;
}
