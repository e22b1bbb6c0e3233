import type { IncomingMessage } from 'node:http';
import type { Clock } from '@holdfast/core';
import { inflater } from '../io/inflate.ts';
import { rawJson, type RawJson } from '../rules/raw-json.ts';
import { calm, refusal } from '../rules/refusal.ts';
import type { ServerLimits } from './server-limits.ts';

/** Pieces that are joined at once: a body of single bytes costs no object for each of them. */
const JOINED = 1_024;

const mib = (bytes: number): string => `${calm(Math.round((bytes / 1_048_576) * 10) / 10)} MiB`;
const tooLarge = (limit: number) => refusal(413, 'too-large', `The body is larger than ${mib(limit)}.`);
const tooSlow = () => refusal(408, 'invalid-request', 'The body did not arrive in time.');

type Unpack = NonNullable<ReturnType<typeof inflater>>;

function unpackerOf({ headers }: IncomingMessage): Unpack | undefined {
  const coding = headers['content-encoding']?.trim().toLowerCase();
  if (coding === undefined || coding === '' || coding === 'identity') return;
  const unpack = inflater(coding);
  if (unpack) return unpack;
  throw refusal(415, 'invalid-request', 'The content-encoding of the body is none of gzip, deflate, br.', {
    headers: { 'accept-encoding': 'gzip, deflate, br' },
  });
}

/** Reads a request's body: JSON, within all limits. Rejects with a `Refusal`, or with the signal's reason. */
export async function readBody(req: IncomingMessage, limits: ServerLimits, clock: Clock, signal: AbortSignal): Promise<RawJson> {
  if (Number(req.headers['content-length']) > limits.body) throw tooLarge(limits.body);
  const unpack = unpackerOf(req);
  const bytes = await received(req, limits, clock, signal);
  if (!unpack) return rawJson(bytes, limits.depth);
  const plain = await unpack(bytes, limits.body);
  if (plain === 'too-large') throw tooLarge(limits.body);
  if (plain === 'broken') throw refusal(400, 'invalid-request', 'The body cannot be unpacked as its content-encoding says.');
  return rawJson(plain, limits.depth);
}

function received(req: IncomingMessage, limits: ServerLimits, clock: Clock, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const joined: Buffer[] = [];
    let pieces: Buffer[] = [];
    let size = 0;
    const began = clock.mono();
    let last = began;
    const over = (): void => {
      req.off('data', take).off('end', end);
      signal.removeEventListener('abort', cut);
      letGo();
    };
    const fail = (why: unknown): void => {
      over();
      req.pause();
      reject(why);
    };
    const take = (piece: Buffer): void => {
      size += piece.length;
      if (size > limits.body) return fail(tooLarge(limits.body));
      last = clock.mono();
      if (pieces.push(piece) < JOINED) return;
      joined.push(Buffer.concat(pieces));
      pieces = [];
    };
    const end = (): void => {
      over();
      const all = [...joined, ...pieces];
      resolve(all.length === 1 ? all[0]! : Buffer.concat(all, size));
    };
    const cut = (): void => fail(signal.reason);
    const look = (): void => {
      const left = Math.min(last + limits.bodyIdle, began + limits.bodyTotal) - clock.mono();
      if (left <= 0) fail(tooSlow());
      else letGo = clock.after(left, look);
    };
    let letGo = clock.after(Math.min(limits.bodyIdle, limits.bodyTotal), look);
    req.on('data', take).on('end', end);
    signal.addEventListener('abort', cut);
  });
}
