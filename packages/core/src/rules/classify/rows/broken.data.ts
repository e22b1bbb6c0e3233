import type { Row } from '../row.ts';

/** A head that said success, and nobody spoke of an error: what the body was decides. */
export const BROKEN: readonly Row[] = [
  { id: 'broken/html', code: ['body:html'], kind: 'malformed', say: 'it answered with a web page' },
  { id: 'broken/other-protocol', match: /received a chat completions stream/i, kind: 'malformed' },
  { id: 'broken/no-answer', code: ['body:json'], kind: 'malformed' },
  { id: 'broken/text', code: ['body:text'], kind: 'malformed' },
  { id: 'broken/cut', code: ['body:cut'], kind: 'truncated' },
  { id: 'broken/empty', code: ['body:empty'], kind: 'truncated', say: 'the answer had no body' },
  { id: 'broken/after-head', code: ['body:unseen'], kind: 'truncated' },
];
