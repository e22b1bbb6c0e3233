import type { ServerResponse } from 'node:http';
import type { Clock } from '@holdfast/core';
import type { Gate } from './gate.ts';
import type { Delivery } from './plan-delivery.ts';

/** How the wire looks where the standard leaves it open. */
export interface WireStyle {
  readonly newline?: '\n' | '\r\n' | '\r';
  readonly bom?: boolean;
  /** Writes of this many bytes, whatever they cut through. */
  readonly chop?: number;
}

export interface Pace extends WireStyle {
  readonly gate?: Gate;
  /** Ms before each frame. */
  readonly delayMs?: number;
  readonly pingMs: number;
  readonly clock: Clock;
  /** Fires when nobody is there to read any more. */
  readonly gone: AbortSignal;
  /** Called for each frame that reached the wire. */
  readonly sent: () => void;
  /** Called before the connection is broken on purpose. */
  readonly cutting: () => void;
}

/** Sends what was planned. Rejects when the client is gone. */
export async function deliver(res: ServerResponse, plan: Delivery, pace: Pace): Promise<void> {
  if (pace.gate?.at === 'head') await hold(pace.gate, pace.gone);
  if (plan.head) {
    res.writeHead(plan.head.status, { ...plan.head.headers });
    res.flushHeaders();
    await frames(res, plan, pace);
  }
  if (plan.then === 'cut' || plan.then === 'reset') pace.cutting();
  if (plan.then === 'end') res.end();
  else if (plan.then === 'cut') res.socket?.destroy();
  else if (plan.then === 'reset') res.socket?.resetAndDestroy();
  else await never(pace.gone);
}

async function frames(res: ServerResponse, plan: Delivery, pace: Pace): Promise<void> {
  const sse = String(plan.head?.headers['content-type']).startsWith('text/event-stream');
  let seq = 0;
  const send = async (text: string) => {
    if (pace.delayMs) await pace.clock.sleep(pace.delayMs, pace.gone);
    for (const bytes of styled(text, seq === 0, sse ? pace : {})) await write(res, bytes, pace.gone);
    seq++;
    pace.sent();
  };
  for (const text of plan.writes) {
    if (pace.gate?.at === seq) await hold(pace.gate, pace.gone);
    await send(text);
  }
  if (typeof pace.gate?.at === 'number' && pace.gate.at >= seq) await hold(pace.gate, pace.gone);
  while (plan.ever) {
    await pace.clock.sleep(pace.pingMs, pace.gone);
    await send(plan.ever(seq));
  }
}

function styled(text: string, first: boolean, { newline, bom, chop }: WireStyle): readonly Buffer[] {
  const lines = newline ? text.replace(/\r?\n/g, newline) : text;
  const bytes = Buffer.from(first && bom ? `\ufeff${lines}` : lines);
  if (!chop) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / chop) }, (_, i) => bytes.subarray(i * chop, (i + 1) * chop));
}

async function hold(gate: Gate, gone: AbortSignal): Promise<void> {
  gate.arrive();
  await orGone(gate.released, gone);
}

/** Settled when the bytes have left, so that a cut after them loses none; a client that does not read holds it back. */
const write = (res: ServerResponse, bytes: Buffer, gone: AbortSignal): Promise<void> =>
  orGone(new Promise<void>((resolve, reject) => res.write(bytes, (error) => (error ? reject(error) : resolve()))), gone);

const never = (gone: AbortSignal): Promise<never> => orGone(new Promise<never>(() => {}), gone);

function orGone<T>(wait: Promise<T>, gone: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(gone.reason);
    gone.addEventListener('abort', leave, { once: true });
    wait.then(resolve, reject).finally(() => gone.removeEventListener('abort', leave));
    if (gone.aborted) leave();
  });
}
