import type { CallEvent, Payload } from '../events.ts';
import { systemClock } from '../io/clock-system.ts';
import { duration, type Duration } from '../option-checks.ts';
import type { Clock, Emit } from '../ports.ts';
import type { CallRecord } from '../rules/record.ts';
import { CallWatch, type Outlets } from './call-watch.ts';
import { copyOf } from './copy.ts';
import { FanOut } from './fan-out.ts';
import { kept } from './payload.ts';
import { checkedSinks, type CheckedSinks, type SinkOptions } from './sink-options.ts';
import type { SinkStats } from './sink-queue.ts';
import type { OpenCall, Span, UsageRecord } from './sink-types.ts';

/** Open sinks: several chains may share them. */
export interface Sinks {
  readonly emit: Emit;
  /** By sink: `usage`, `trace`, `failover`, `records`; `usage#2` is a second one. */
  stats(): Readonly<Record<string, SinkStats>>;
  /** Waits until everything was handed over and every sink has flushed, at most so long (default 5 s): false when time was up. It never rejects. */
  flush(within?: Duration): Promise<boolean>;
}

const FLUSH = 5_000;

interface Closing {
  readonly open?: OpenCall;
  readonly record?: CallRecord;
  readonly messages?: readonly unknown[] | undefined;
}

/** Sinks that cannot fail a call, change it or make it wait. Throws a `ModelFailure` (`bad-request`) for a wrong option. */
export function openSinks(options: SinkOptions, clock: Clock = systemClock): Sinks {
  const checked = checkedSinks(options);
  const fan = new FanOut({ clock, ...checked });
  const outlets = outletsOf(fan, checked);
  const calls = new Map<string, CallWatch>();
  const take = (event: CallEvent, payload: Payload | undefined): void => {
    if (event.type === 'call-start') return void calls.set(event.call, new CallWatch(event, payload, outlets));
    const call = calls.get(event.call);
    try {
      call?.take(event, payload);
    } finally {
      if (call?.over) calls.delete(event.call);
    }
  };
  return {
    emit: (event, payload) => {
      try {
        take(event, payload);
      } catch {
        // A hook of the application's, `scrub`, failed: the fact is lost rather than shown.
      }
    },
    stats: () => fan.stats(),
    flush: (within) => flushed(fan, clock, duration('flush(within)', within) ?? FLUSH),
  };
}

const flushed = (fan: FanOut, clock: Clock, within: number): Promise<boolean> =>
  new Promise((resolve) => {
    const stop = clock.after(within, () => resolve(false));
    void fan.flush().then(() => {
      stop();
      resolve(true);
    });
  });

/** A sink may do with what it gets what it likes: it gets a copy. */
function outletsOf(fan: FanOut, sinks: CheckedSinks): Outlets {
  const usage = fan.queued('usage', sinks.usage, (sink, item: UsageRecord) => sink.record({ ...item }));
  const trace = fan.queued(
    'trace',
    sinks.trace,
    (sink, { span, begins }: { readonly span: Span; readonly begins: boolean }) => (begins ? sink.start?.(span) : sink.end(span)),
    (sink, { begins }) => !begins || sink.start !== undefined,
  );
  const records = fan.queued(
    'records',
    sinks.records,
    (sink, { open, record, messages }: Closing) => (open ? sink.opened?.({ ...open }) : sink.closed(copyOf(record!), messages)),
    (sink, { open }) => open === undefined || sink.opened !== undefined,
  );
  const failover = fan.atOnce('failover', sinks.failover);
  return {
    persistPrompts: sinks.persistPrompts,
    ...(usage && { usage }),
    ...(failover && { failover }),
    ...(records && { opened: (open: OpenCall) => records({ open }), closed: (record, messages) => records({ record, messages }) }),
    ...(trace && {
      span: {
        start: (span: Span) => trace({ span, begins: true }),
        end: (span: Span) => trace({ span, begins: false }),
        context: () => quietly(() => sinks.trace.find((sink) => sink.context)?.context!()),
        keep: (payload: unknown) => quietly(() => kept(payload, sinks)),
      },
    }),
  };
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
