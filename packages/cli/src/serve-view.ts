import { humanDuration, type CallEvent, type CallRecord } from '@holdfast/core/engine';
import { LOG_LEVELS, type LogLevel, type Terminal } from './context.ts';
import { attemptLine, CallLines, causeWords, laneLine, skipWords } from './render/call-lines.ts';
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
  const debugs = LOG_LEVELS.indexOf('debug') <= most;
  const line = (call: string, told: Told, text: string | undefined): void => {
    if (text === undefined) return;
    err(`${tameLine(redact(`call ${call.slice(0, 8)}${told.whose}: ${text}`))}\n`);
  };
  return {
    notice: (text) => err(`holdfast: ${tameLine(redact(text))}\n`),
    call: (event) => {
      if (most < LOG_LEVELS.indexOf('info')) return;
      if (event.type === 'call-start')
        calls.set(event.call, { lines: new CallLines(), whose: event.caller === undefined ? '' : ` (${event.caller})` });
      const told = calls.get(event.call) ?? { lines: new CallLines(), whose: '' };
      // Who rests is passed over by every call: that it rests was said once.
      if (debugs || event.type !== 'skip') line(event.call, told, told.lines.line(event));
      if (debugs) line(event.call, told, laneLine(event) ?? attemptLine(event));
      if (event.type !== 'call-end') return;
      calls.delete(event.call);
      const { record } = event;
      const quiet = record.outcome === 'done' || record.outcome === 'cancelled';
      if (debugs || !quiet) line(event.call, told, endWords(record));
    },
  };
}

const endWords = (record: CallRecord): string => {
  const { chain, target, outcome, ms, attempts } = record;
  const after = `after ${humanDuration(ms)}, ${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  if (outcome === 'done') return `${chain}: answered by ${target} ${after}`;
  return outcome === 'cancelled'
    ? `${chain}: its client left ${after}`
    : `${chain}: nobody answered (${outcome}) ${after}${lastWords(record)}`;
};

/** What the last one that was asked said; where nobody was asked, why. */
function lastWords({ attempts, skips, began, ms }: CallRecord): string {
  const last = attempts.at(-1);
  if (last?.failure) return `: ${last.target}: ${causeWords({ ...last.failure, ...last.failure.facts })}`;
  const why = attempts.length > 0 ? [] : skips.map((skip) => skipWords({ ...skip, at: began + ms }));
  return why.length === 0 ? '' : `: ${[...new Set(why)].join('; ')}`;
}
