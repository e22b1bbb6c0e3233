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

/** `width`: of the window, where there is one; titles are cut to it. `all`: what a REF must tell a session from. `empty`: what none is called. */
export function sessionLines(
  heads: readonly SessionHead[],
  clockOf: (at: number) => string,
  width?: number,
  { all = heads, empty = 'no sessions yet' }: { readonly all?: readonly SessionHead[]; readonly empty?: string } = {},
): readonly string[] {
  if (heads.length === 0) return [empty];
  const refs = shortIds(all.map(({ id }) => id));
  const refOf = new Map(all.map(({ id }, index) => [id, refs[index]!]));
  const rows = heads.map((head) => [
    refOf.get(head.id) ?? head.id,
    clockOf(head.updated),
    head.status,
    `${head.events}`,
    head.agent,
    `${head.starred ? '★ ' : ''}${tameLine(head.title)}`,
  ]);
  return narrowTable([['REF', 'UPDATED', 'STATUS', 'EVENTS', 'AGENT', 'TITLE'], ...rows], width, ['EVENTS', 'AGENT', 'UPDATED', 'STATUS']);
}

/** A session as it went, for reading. What children did stands deeper, below a line that says who begins. */
export const transcriptLines = (rows: readonly EventRow[], width?: number): readonly string[] =>
  rows.flatMap(({ event, path }) => {
    const inset = '  '.repeat(path.length);
    const lines = [...(path.length > 0 && event.type === 'run-start' ? [`┌ ${event.agent}`] : []), ...eventLines(event)];
    return lines.map((line) => (event.type === 'model-reply' ? tame(line) : wrapped(tame(line), width)).replaceAll(/^/gm, inset));
  });

function questionWords(event: RunEvent & { readonly type: 'question' }): string {
  if (event.about === 'limit') return event.reason;
  if (event.about === 'elicitation') return `${event.call.name} asks: ${tameLine(event.elicitation.message)}`;
  return `${event.about === 'approval' ? 'may it run' : 'it may have run before'}: ${toolWords(event.call)}`;
}

function eventLines(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'input':
      return ['', `> ${event.text.replaceAll('\n', '\n> ')}`, ''];
    case 'model-reply':
      return [...event.blocks.flatMap(blockLines), ...marked(cutWords(event.finish))];
    case 'agent-switch':
      return [`! ${event.to} goes on`];
    case 'compaction':
      return [`! what came before was summarised: ${event.summary.replaceAll('\n', '\n  ')}`];
    case 'model-failed':
      return [`! a model call failed: ${event.failure.message}`];
    case 'loop-warning':
      return [`! ${event.text}`];
    case 'attempt-withdrawn':
      return [`! ${event.target}: ${event.message}; what it said was withdrawn`];
    case 'question':
      return [`? ${questionWords(event)}`];
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
