import type { Attachment, EventRow } from './events.ts';
import { piecesOf, type CallPiece, type Piece } from './export-pieces.ts';

/** What an export says of the session itself. */
export interface ExportHead {
  readonly id: string;
  readonly title: string;
  readonly agent: string;
  readonly file: string;
  readonly created: number;
  readonly updated: number;
  readonly status: string;
}

/** All there is, as JSON: the head and every row. Times are epoch ms. */
export const exportJson = (head: ExportHead, rows: readonly EventRow[]): string => `${JSON.stringify({ session: head, rows }, null, 2)}\n`;

/** `2026-11-20 19:42 UTC`. */
const stampOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Facts of a session, each with its name. */
export const factsOf = (head: ExportHead): readonly (readonly [string, string])[] => [
  ['Session', head.id],
  ['Agent', `${head.agent} (${head.file})`],
  ['Began', stampOf(head.created)],
  ['Last', stampOf(head.updated)],
  ['Status', head.status],
];

/** For reading and for other programs. What people and models wrote is Markdown already and stays as it is; the rest is fenced. */
export function exportMarkdown(head: ExportHead, rows: readonly EventRow[]): string {
  const title = `# ${inline(head.title || 'A session')}`;
  const facts = factsOf(head).map(([name, value]) => `- ${name}: ${inline(value)}`);
  return `${[title, '', ...facts, '', ...linesOf(piecesOf(rows, head.agent))].join('\n').trimEnd()}\n`;
}

const linesOf = (pieces: readonly Piece[]): readonly string[] => pieces.flatMap((piece) => [...pieceLines(piece), '']);

const SPEAKERS = { user: 'User', holdfast: 'Holdfast', task: 'Task' } as const;

function pieceLines(piece: Piece): readonly string[] {
  switch (piece.is) {
    case 'said':
      return [`## ${SPEAKERS[piece.by]}`, '', ...piece.text.split('\n'), ...piece.files.map(fileLine)];
    case 'reply':
      return [
        `## ${inline(piece.agent)} (${inline(piece.model)})`,
        '',
        ...piece.blocks.flatMap((block) =>
          block.type === 'text'
            ? block.text.split('\n')
            : block.type === 'reasoning'
              ? quoted(['*Thinking*', '', ...block.text.split('\n'), ''])
              : [fileLine(block)],
        ),
      ];
    case 'call':
      return callLines(piece);
    case 'child':
      return quoted([`**${inline(piece.agent)}**`, '', ...linesOf(piece.pieces)]);
    case 'summary':
      return ['## Summary of what came before', '', ...piece.text.split('\n')];
    case 'note':
      return [`*${inline(piece.text)}*`];
  }
}

function callLines({ call, ran, asked, result, child }: CallPiece): readonly string[] {
  const mark = result === undefined ? '…' : result.failed ? '✗' : '✓';
  return [
    `### ${mark} ${inline(call.name)}`,
    '',
    ...fenced(call.input, 'json'),
    ...(ran === undefined ? [] : ['', 'A hook changed it to:', '', ...fenced(ran, 'json')]),
    ...asked.flatMap(({ reason, answer }) => ['', `*Asked: ${inline(reason)}. ${answerWords(answer)}*`]),
    ...(child ? ['', ...quoted([`**${inline(child.agent)}**`, '', ...linesOf(child.pieces)])] : []),
    ...(result
      ? ['', ...fenced(result.output), ...(result.file === undefined ? [] : ['', `The whole output: ${inline(result.file)}`])]
      : []),
    ...(result?.files ?? []).map(fileLine),
  ];
}

/** What the user said to a question, in words. */
export const answerWords = (answer: CallPiece['asked'][number]['answer']): string =>
  answer ? `Answered: ${answer.decision}${answer.reason ? ` (${answer.reason})` : ''}` : 'Not answered';

const fileLine = ({ mediaType, ...rest }: Pick<Attachment, 'mediaType'> & { readonly name?: string }): string =>
  `*[${inline(rest.name ?? 'a file')}, ${inline(mediaType)}]*`;

const quoted = (lines: readonly string[]): readonly string[] => lines.map((line) => (line === '' ? '>' : `> ${line}`));

/** Longer than any run of backticks within. */
function fenced(text: string, language = ''): readonly string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...text.split('\n'), fence];
}

/** On one line, and nothing of it is markup. */
const inline = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|]/g, '\\$&');
