import type { RunEvent } from './events.ts';

/** What a body of version 1 may hold: its keys, and its values where they come from a list. */
interface Shape {
  readonly keys: readonly string[];
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

const FIRST: Readonly<Partial<Record<RunEvent['type'], Shape>>> = {
  'run-start': { keys: ['agent', 'resumed'] },
  input: { keys: ['text', 'item'] },
  'model-reply': { keys: ['turn', 'blocks', 'finish', 'origin', 'usage', 'usd', 'call', 'marks'] },
  'attempt-withdrawn': { keys: ['turn', 'attempt', 'target', 'kind', 'message'] },
  question: { keys: ['id', 'about', 'call', 'reason'], values: { about: ['approval', 'may-have-run'] } },
  answer: { keys: ['id', 'decision', 'reason'], values: { decision: ['allow', 'allow-tool', 'deny'] } },
  'tool-start': { keys: ['id', 'name', 'process'] },
  'tool-result': { keys: ['id', 'name', 'output', 'failed', 'how'] },
  notice: { keys: ['text'] },
  'run-end': { keys: ['why', 'failure'], values: { why: ['done', 'failed', 'out-of-turns', 'stopped'] } },
};

/**
 * W2. The oldest version that reads an event rightly. A reader of version 1 knows nothing of children (it would take what they said for
 * the root's) nor of keys that came later, so whatever is not of its shape is of version 2, and it refuses it by name; its lists, which
 * look at inputs and ends only, go on working.
 */
export function versionOf(event: RunEvent, path: readonly string[]): 1 | 2 {
  const shape = path.length === 0 ? FIRST[event.type] : undefined;
  if (!shape) return 2;
  for (const key in event) if (key !== 'type' && !shape.keys.includes(key)) return 2;
  for (const [key, known] of Object.entries(shape.values ?? {}))
    if (!known.includes((event as unknown as Readonly<Record<string, string>>)[key] ?? '')) return 2;
  return 1;
}
