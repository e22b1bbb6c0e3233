import type { SseEvent } from './sse-frame.ts';

const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, ' ');

/** One event as text. Line breaks in `data` become lines of their own, CR and CRLF as LF. */
export function encodeEvent(frame: Omit<SseEvent, 'type' | 'unterminated'>): string {
  const lines: string[] = [];
  if (frame.event !== undefined) lines.push(`event: ${oneLine(frame.event)}`);
  if (frame.id !== undefined) lines.push(`id: ${oneLine(frame.id)}`);
  if (frame.retry !== undefined) lines.push(`retry: ${Math.max(0, Math.trunc(frame.retry))}`);
  for (const line of frame.data.split(/\r\n|\r|\n/)) lines.push(`data: ${line}`);
  return `${lines.join('\n')}\n\n`;
}

/** A comment, ended by an empty line so that no proxy holds it back. */
export const encodeComment = (text: string): string =>
  `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `: ${line}`)
    .join('\n')}\n\n`;
