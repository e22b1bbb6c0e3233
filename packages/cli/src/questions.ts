import type { RunEvent, Runtime } from '@holdfast/agent';
import type { Terminal } from './context.ts';
import { wholeCall } from './render/tool-words.ts';
import { tame, tameLine } from './render/width.ts';
import { wrapped } from './render/wrap.ts';

export type Question = RunEvent & { readonly type: 'question' };

export interface AskPorts {
  readonly terminal: Terminal;
  readonly runtime: Pick<Runtime, 'answer'>;
  readonly signal: AbortSignal;
  /** `--yolo`: approvals are given without asking; whether a call may run a second time is still asked. */
  readonly yolo: boolean;
}

/** Puts one question of a run to the user and hands the answer in. The end of the input is a no. */
export async function answerQuestion({ terminal, runtime, signal, yolo }: AskPorts, session: string, question: Question): Promise<void> {
  if (yolo && question.about === 'approval') {
    runtime.answer(session, question.id, { decision: 'allow' });
    return;
  }
  const approval = question.about === 'approval';
  const what = tame(wholeCall(question.call));
  const reason = wrapped(`  ${tameLine(question.reason)}`, terminal.columns());
  const text = approval
    ? `? ${what}\n${reason}\n  [y]es, [n]o, [a]lways this tool in this session, or say why not: `
    : `? ${what}\n${reason}\n  Run it again? [y]es, [n]o: `;
  for (;;) {
    const line = (await terminal.ask(text, signal, { fresh: true }))?.trim();
    const word = line?.toLowerCase();
    if (word === 'y' || word === 'yes') return void runtime.answer(session, question.id, { decision: 'allow' });
    if (approval && (word === 'a' || word === 'always')) return void runtime.answer(session, question.id, { decision: 'allow-tool' });
    if (line === undefined || word === 'n' || word === 'no') return void runtime.answer(session, question.id, { decision: 'deny' });
    if (approval && line !== '') return void runtime.answer(session, question.id, { decision: 'deny', reason: line });
  }
}
