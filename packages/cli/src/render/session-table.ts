import type { EventRow, RunEvent, SessionHead } from '@holdfast/agent';
import { columns } from './call-words.ts';
import { resultWords, toolWords } from './tool-words.ts';
import { tame, tameLine } from './width.ts';

export function sessionLines(heads: readonly SessionHead[], clockOf: (at: number) => string): readonly string[] {
  if (heads.length === 0) return ['no sessions yet'];
  const rows = heads.map((head, index) => [
    `-${index + 1}`,
    head.id,
    clockOf(head.updated),
    head.status,
    `${head.events}`,
    head.agent,
    tameLine(head.title),
  ]);
  return columns([['REF', 'ID', 'UPDATED', 'STATUS', 'EVENTS', 'AGENT', 'TITLE'], ...rows]);
}

/** A session as it went, for reading. */
export const transcriptLines = (rows: readonly EventRow[]): readonly string[] => rows.flatMap(({ event }) => eventLines(event).map(tame));

function eventLines(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'input':
      return ['', `> ${event.text.replaceAll('\n', '\n> ')}`, ''];
    case 'model-reply':
      return event.blocks.flatMap((block) => {
        if (block.type === 'text') return block.text.split('\n');
        if (block.type === 'reasoning') return block.text.trim() === '' ? [] : block.text.split('\n').map((line) => `  | ${line}`);
        return block.type === 'tool-call' ? [`→ ${toolWords(block)}`] : [`[${block.mediaType}]`];
      });
    case 'attempt-withdrawn':
      return [`! ${event.target}: ${event.message}; what it said was withdrawn`];
    case 'question':
      return [`? ${event.about === 'approval' ? 'may it run' : 'it may have run before'}: ${toolWords(event.call)}`];
    case 'answer':
      return [`  ${event.decision}${event.reason === undefined ? '' : `: ${event.reason}`}`];
    case 'tool-result':
      return [tameLine(`${event.failed ? '✗' : '✓'} ${event.name}: ${resultWords(event.output, event.failed)}`)];
    case 'notice':
      return [`! ${event.text}`];
    case 'run-end':
      return event.why === 'done' ? [] : [`! run ended: ${event.why}${event.failure === undefined ? '' : `: ${event.failure.message}`}`];
    default:
      return [];
  }
}
