import { humanDuration, type CallEvent, type CallRecord } from '@holdfast/core/engine';
import { LOG_LEVELS, type LogLevel, type Terminal } from './context.ts';
import { attemptLine, CallLines, laneLine } from './render/call-lines.ts';
import { tameLine } from './render/width.ts';

/** What a gateway says on stderr: one line each. */
export interface ServeView {
  call(event: CallEvent): void;
  notice(text: string): void;
}

interface Told {
  readonly lines: CallLines;
  readonly whose: string;
}

/** Failures, takeovers and calls that nobody answered at `info`; every call and attempt at `debug`. `redact`: what leaves goes through it. */
export function serveView({ err }: Terminal, level: LogLevel, redact: (text: string) => string): ServeView {
  const most = LOG_LEVELS.indexOf(level);
  const calls = new Map<string, Told>();
  const line = (weight: LogLevel, call: string, told: Told, text: string | undefined): void => {
    if (text === undefined || LOG_LEVELS.indexOf(weight) > most) return;
    err(`${tameLine(redact(`call ${call.slice(0, 8)}${told.whose}: ${text}`))}\n`);
  };
  return {
    notice: (text) => err(`holdfast: ${tameLine(redact(text))}\n`),
    call: (event) => {
      if (most < LOG_LEVELS.indexOf('info')) return;
      if (event.type === 'call-start')
        calls.set(event.call, { lines: new CallLines(), whose: event.caller === undefined ? '' : ` (${event.caller})` });
      const told = calls.get(event.call) ?? { lines: new CallLines(), whose: '' };
      line('info', event.call, told, told.lines.line(event));
      line('debug', event.call, told, laneLine(event) ?? attemptLine(event));
      if (event.type !== 'call-end') return;
      calls.delete(event.call);
      const { record } = event;
      line(record.outcome === 'done' || record.outcome === 'cancelled' ? 'debug' : 'info', event.call, told, endWords(record));
    },
  };
}

const endWords = ({ chain, target, outcome, ms, attempts }: CallRecord): string => {
  const after = `after ${humanDuration(ms)}, ${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  if (outcome === 'done') return `${chain}: answered by ${target} ${after}`;
  return outcome === 'cancelled' ? `${chain}: its client left ${after}` : `${chain}: nobody answered (${outcome}) ${after}`;
};
