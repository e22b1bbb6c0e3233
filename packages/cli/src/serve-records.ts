import type { AgentFile } from '@holdfast/agent/engine';
import { openSinks, systemClock, type CallStore, type Emit, type SecretRegistry } from '@holdfast/core/engine';
import type { OtelSinks } from '@holdfast/core/otel';
import { callStore } from './io/call-store.ts';

/** Ms that the end waits for records that are not written yet. */
const LAST = 2_000;

export interface ServedRecords {
  readonly emit: Emit;
  readonly calls: CallStore;
  close(): Promise<void>;
}

export interface RecordPorts {
  readonly state: string;
  readonly file: AgentFile;
  readonly secrets: SecretRegistry;
  /** Whether what this caller asks is kept: only where its key says so. */
  readonly keeps: (caller: string | undefined) => boolean;
  readonly telemetry: OtelSinks | undefined;
  readonly say: (line: string) => void;
}

/** A record of every call, without what was asked unless the caller's key has `record: content`. */
export function servedRecords({ state, file, secrets, keeps, telemetry, say }: RecordPorts): ServedRecords {
  const { keep, keepPrompts } = file.records;
  const calls = callStore(state, { say, ...(keep !== undefined && { keep }), ...(keepPrompts !== undefined && { keepPrompts }) });
  const sinks = openSinks(
    {
      records: calls,
      persistPrompts: true,
      scrub: secrets.redactDeep,
      say,
      ...(telemetry && { trace: telemetry.trace, usage: telemetry.usage }),
    },
    systemClock,
  );
  return {
    calls,
    emit: (event, payload) => sinks.emit(event, event.type === 'call-start' && !keeps(event.caller) ? undefined : payload),
    close: async () => {
      await sinks.flush(LAST);
      await calls.close();
    },
  };
}
