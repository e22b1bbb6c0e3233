import { keptPayload, type PayloadPolicy, type WorkSink } from '@holdfast/core/engine';
import type { EventRow } from './rules/events.ts';
import type { RunSpan } from './rules/run-span.ts';
import { RunSpans } from './rules/run-spans.ts';

/** What spans of runs are made of, and where they go. Nothing leaves the process unless what is given here sends it. */
export interface TelemetryOptions {
  /** Where spans go: `work` of `openAgentTelemetry()` of `@holdfast/core/otel`, or anything else. */
  readonly work: WorkSink;
  /** What spans show of what was said: `metadata` (default: nothing), `redacted` (what `redact` leaves of it), `full`. */
  readonly payload?: PayloadPolicy;
  readonly redact?: (payload: unknown) => unknown;
  /** Characters of one text; default 20,000. */
  readonly payloadMax?: number;
}

/** Runs as spans, for `observe` of a runtime: run, turn, tool, question, summary, child. Nothing leaves this process but through `work`. */
export function runTelemetry({ work, payload = 'metadata', redact, payloadMax = 20_000 }: TelemetryOptions): (row: EventRow) => void {
  const spans = new RunSpans();
  const policy = { payload, most: payloadMax, ...(redact && { redact }) };
  const shown = ({ words, ...span }: RunSpan): Omit<RunSpan, 'words'> => {
    const said = Object.entries(words).flatMap(([name, text]) => {
      const left = keptPayload(text, policy);
      return left === undefined ? [] : [[name, typeof left === 'string' ? left : JSON.stringify(left)] as const];
    });
    return { ...span, attributes: { ...span.attributes, ...Object.fromEntries(said) } };
  };
  return (row) => {
    for (const step of spans.take(row)) {
      if (step.do === 'start') work.start(shown(step.span));
      else if (step.do === 'end') work.end(shown(step.span));
      else work.drop(step.id);
    }
  };
}
