import type { EventRow, RunEvent, SessionHead } from '@holdfast/agent';
import type { Block } from '@holdfast/agent/engine';
import { cutWords } from './call-lines.ts';
import { endWords } from './end-words.ts';
import { resultWords, toolWords } from './tool-words.ts';
import { tame, tameLine } from './width.ts';
import { narrowTable } from './narrow-table.ts';
import { wrapped } from './wrap.ts';

/** What `--session` and `sessions show` take: the shortest beginning, of 8 characters at least, that names one session. */
export function shortIds(ids: readonly string[]): readonly string[] {
  return ids.map((id) => {
    let length = 8;
    while (length < id.length && ids.some((other) => other !== id && other.startsWith(id.slice(0, length)))) length += 1;
    return id.slice(0, length);
  });
}

/** `width`: of the window, where there is one; titles are cut to it. */
export function sessionLines(heads: readonly SessionHead[], clockOf: (at: number) => string, width?: number): readonly string[] {
  if (heads.length === 0) return ['no sessions yet'];
  const refs = shortIds(heads.map(({ id }) => id));
  const rows = heads.map((head, index) => [
    refs[index]!,
    clockOf(head.updated),
    head.status,
    `${head.events}`,
    head.agent,
    tameLine(head.title),
  ]);
  return narrowTable([['REF', 'UPDATED', 'STATUS', 'EVENTS', 'AGENT', 'TITLE'], ...rows], width, ['EVENTS', 'AGENT', 'UPDATED', 'STATUS']);
}

/** A session as it went, for reading. */
export const transcriptLines = (rows: readonly EventRow[], width?: number): readonly string[] =>
  rows.flatMap(({ event }) => eventLines(event).map((line) => (event.type === 'model-reply' ? tame(line) : wrapped(tame(line), width))));

function eventLines(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'input':
      return ['', `> ${event.text.replaceAll('\n', '\n> ')}`, ''];
    case 'model-reply':
      return [...event.blocks.flatMap(blockLines), ...marked(cutWords(event.finish))];
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
      return marked(endWords(event));
    default:
      return [];
  }
}

const marked = (line: string | undefined): readonly string[] => (line === undefined ? [] : [`! ${line}`]);

function blockLines(block: Block): readonly string[] {
  if (block.type === 'text') return block.text.split('\n');
  if (block.type === 'reasoning') return block.text.trim() === '' ? [] : block.text.split('\n').map((line) => `  | ${line}`);
  return block.type === 'tool-call' ? [`→ ${toolWords(block)}`] : [`[${block.mediaType}]`];
}
