import type { Attachment, Block, EventRow } from './events.ts';
import { STYLE } from './export-style.data.ts';
import { answerWords, factsOf, type ExportHead } from './export-markdown.ts';
import { piecesOf, type CallPiece, type Piece } from './export-pieces.ts';

/**
 * One file that can be opened anywhere.
 * X1. Nothing in it runs and nothing is loaded from elsewhere: no scripts, no links, and its policy forbids both.
 * X2. Whatever comes from a session is escaped; files are shown only as pictures of a few types, from the bytes that were stored.
 */
export function exportHtml(head: ExportHead, rows: readonly EventRow[]): string {
  const title = escaped(head.title || 'A session');
  const facts = factsOf(head).map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${title}</h1><dl>${facts.join('')}</dl></header>`,
    `<main>${piecesHtml(piecesOf(rows, head.agent))}</main>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const piecesHtml = (pieces: readonly Piece[]): string => pieces.map(pieceHtml).join('\n');

const SPEAKERS = { user: 'User', holdfast: 'Holdfast', task: 'Task' } as const;

function pieceHtml(piece: Piece): string {
  switch (piece.is) {
    case 'said':
      return section(piece.by, SPEAKERS[piece.by], text(piece.text) + piece.files.map(fileHtml).join(''));
    case 'reply':
      return section('reply', `${escaped(piece.agent)} <small>${escaped(piece.model)}</small>`, piece.blocks.map(blockHtml).join(''));
    case 'call':
      return callHtml(piece);
    case 'child':
      return childHtml(piece);
    case 'summary':
      return section('summary', 'Summary of what came before', text(piece.text));
    case 'note':
      return `<p class="note">${escaped(piece.text)}</p>`;
  }
}

function blockHtml(block: Exclude<Block, { type: 'tool-call' }>): string {
  if (block.type === 'text') return text(block.text);
  return block.type === 'reasoning' ? folded('thinking', 'Thinking', text(block.text)) : fileHtml(block);
}

function callHtml({ call, ran, asked, result, child }: CallPiece): string {
  const [state, mark] = result === undefined ? ['open', '…'] : result.failed ? ['failed', '✗'] : ['done', '✓'];
  const parts = [
    text(call.input),
    ...(ran === undefined ? [] : ['<p class="note">A hook changed it to:</p>', text(ran)]),
    ...asked.map(({ reason, answer }) => `<p class="note">Asked: ${escaped(reason)}. ${escaped(answerWords(answer))}</p>`),
    ...(child ? [childHtml(child)] : []),
    ...(result ? [text(result.output)] : []),
    ...(result?.file === undefined ? [] : [`<p class="note">The whole output: ${escaped(result.file)}</p>`]),
    ...(result?.files ?? []).map(fileHtml),
  ];
  const input = call.input.length > 80 ? `${call.input.slice(0, 79)}…` : call.input;
  return folded(`call ${state}`, `${mark} ${escaped(call.name)} <small>${escaped(input)}</small>`, parts.join(''));
}

const childHtml = ({ agent, pieces }: { readonly agent: string; readonly pieces: readonly Piece[] }): string =>
  `<div class="child"><h2>${escaped(agent)}</h2>${piecesHtml(pieces)}</div>`;

const section = (kind: string, title: string, body: string): string => `<section class="${kind}"><h2>${title}</h2>${body}</section>`;

const folded = (kind: string, title: string, body: string): string =>
  `<details class="${kind}"><summary>${title}</summary>${body}</details>`;

const text = (value: string): string => `<pre>${escaped(value)}</pre>`;

/** Pictures that a browser shows without running anything: no SVG. */
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

function fileHtml({ mediaType, data, name }: Pick<Attachment, 'mediaType' | 'data'> & { readonly name?: string }): string {
  const label = escaped(name ?? 'a file');
  const bytes = data.replace(/^data:[^,]*;base64,/, '');
  return PICTURES.has(mediaType) && /^[A-Za-z\d+/\s]+={0,2}\s*$/.test(bytes)
    ? `<img alt="${label}" src="data:${mediaType};base64,${bytes.replace(/\s/g, '')}">`
    : `<p class="note">[${label}, ${escaped(mediaType)}]</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters, and marks that turn the direction of writing, are shown as what they are. */
const escaped = (value: string): string =>
  value
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')
    // oxlint-disable-next-line no-control-regex
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
