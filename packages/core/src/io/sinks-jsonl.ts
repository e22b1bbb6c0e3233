import { appendFile } from 'node:fs/promises';
import type { RecordSink, UsageSink } from '../sinks/sink-types.ts';

/** Lines of JSON appended to a file that only its owner may read: `{"type":"usage",…}` for an attempt, `{"type":"call",…}` for a whole call. */
export function jsonLines(file: string): { readonly usage: UsageSink; readonly records: RecordSink } {
  const write = (line: object): Promise<void> => appendFile(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  return {
    usage: { record: (usage) => write({ type: 'usage', ...usage }) },
    records: { closed: (record, messages) => write({ type: 'call', ...record, ...(messages && { messages }) }) },
  };
}
