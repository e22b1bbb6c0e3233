import { STATUS_CODES } from 'node:http';
import type { Clock, NewId } from '@holdfast/core';
import type { ClientError } from '@holdfast/core/wire';
import type { Connections, Socket } from './connections.ts';
import { errorHeaders } from '../rules/answer-headers.ts';

const SAID: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The head of the request is too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunks of the body are not well-formed.'],
};

/** Ms in which a client may read why before its connection is destroyed. */
const GRACE = 1_000;

export interface MalformedPorts {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly refuse: (path: string, error: ClientError) => string;
}

/** Answers what is not HTTP, or came too slowly to be a request, on the bare socket: node:http has no response for it. */
export function malformed(connections: Connections, { clock, newId, refuse }: MalformedPorts): (error: Error, socket: Socket) => void {
  const answered = new WeakSet<Socket>();
  return (error, socket) => {
    if (answered.has(socket)) return;
    const running = [...connections.on(socket)];
    const { code } = error as NodeJS.ErrnoException;
    // behind an answer that runs, or that is due first, there is no place for another one
    const hasPlace = running.length === 0 || (running.length === 1 && !running[0]!.res.headersSent);
    if (code === 'ECONNRESET' || !socket.writable || !hasPlace) return void socket.destroy();
    answered.add(socket);
    for (const held of running) held.cut('left');
    const [status, message] = SAID[code ?? ''] ?? [400, 'The request is not well-formed HTTP.'];
    const refused: ClientError = { status, class: status === 413 ? 'too-large' : 'invalid-request', message };
    const text = refuse(running[0]?.path ?? '/', refused);
    const head = Object.entries({
      ...errorHeaders(refused, newId()),
      'content-length': String(Buffer.byteLength(text)),
      connection: 'close',
    });
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...head.map(([name, value]) => `${name}: ${value}`)];
    socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
    const letGo = clock.after(GRACE, () => socket.destroy());
    socket.once('close', letGo);
  };
}
