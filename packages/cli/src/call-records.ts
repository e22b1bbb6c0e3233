import type { AgentFile } from '@holdfast/agent/engine';
import { openSinks, systemClock, type Emit, type SecretRegistry } from '@holdfast/core/engine';
import type { OtelSinks } from '@holdfast/core/otel';
import { callStore } from './io/call-store.ts';

/** Ms that the end of a command waits for records that are not written yet. */
const LAST = 2_000;

export interface CallRecords {
  readonly emit: Emit;
  close(): Promise<void>;
}

/** Keeps a record of every call in the state folder, without secrets; without what was asked, unless the file says `persist_prompts`. */
export function callRecords(
  state: string,
  { records }: AgentFile,
  secrets: SecretRegistry,
  say: (line: string) => void,
  otel: Partial<OtelSinks> = {},
): CallRecords {
  const { persistPrompts = false, ...kept } = records;
  const store = callStore(state, { say, ...kept });
  const sinks = openSinks({ ...otel, records: store, persistPrompts, scrub: secrets.redactDeep, say }, systemClock);
  return {
    emit: sinks.emit,
    close: async () => {
      await sinks.flush(LAST);
      await store.close();
    },
  };
}
