import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@holdfast/core';
import type { ClientError } from '@holdfast/core/wire';
import { errorHeaders } from '../rules/answer-headers.ts';
import type { ServerLimits } from './server-limits.ts';

/** Bytes of a body that are still to come and are read away without a word: the connection stays. */
const SMALL = 64 * 1024;

export interface ErrorAnswer {
  readonly error: ClientError;
  /** The body, in the client's protocol. */
  readonly text: string;
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The client sends its body only when told to, and was not: there is nothing to read away. */
  readonly waits: boolean;
}

const isUnread = (req: IncomingMessage): boolean => {
  if (req.complete) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = req.headers;
  return coding !== undefined || Number(length ?? 0) > SMALL;
};

/**
 * Answers with an error. Where a body is still on its way the connection ends with the answer, but not before its sender had a chance to read it: bytes
 * that lie unread when a socket closes make the kernel throw away what was sent.
 */
export function answerError(req: IncomingMessage, res: ServerResponse, answer: ErrorAnswer, limits: ServerLimits, clock: Clock): void {
  const { error, text, id, headers, waits } = answer;
  res.writeHead(error.status, {
    ...errorHeaders(error, id),
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
    ...(ends(req, answer) && { connection: 'close' }),
  });
  // a body that nobody reads holds up whatever follows it on this connection
  req.resume();
  if (waits || error.status === 408 || !isUnread(req)) return void res.end(text);
  res.write(text);
  readAway(req, res, limits, clock);
}

const ends = (req: IncomingMessage, { error, waits }: ErrorAnswer): boolean => waits || error.status === 408 || isUnread(req);

function readAway(req: IncomingMessage, res: ServerResponse, { linger, lingerBytes }: ServerLimits, clock: Clock): void {
  let size = 0;
  const over = (): void => {
    letGo();
    req.off('data', count).off('end', over);
    res.off('close', over);
    res.end();
  };
  const count = (piece: Buffer): void => {
    size += piece.length;
    if (size > lingerBytes) over();
  };
  const letGo = clock.after(linger, over);
  req.on('data', count).on('end', over);
  res.on('close', over);
}
