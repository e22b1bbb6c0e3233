/** What a caller was left with, judged by what it saw. */
import type { streamText } from 'ai';

/**
 * `complete`: the text once, a finish reason, no error. `error`: ends in an error, whatever was shown. Without one: `cut` (its end is
 * missing, or a piece of it), `doubled` (begins twice), `empty`, `hang`.
 */
export type Outcome = 'complete' | 'error' | 'cut' | 'doubled' | 'empty' | 'hang';

interface Heard {
  readonly text: string;
  readonly calls: number;
  readonly finish: string | undefined;
  readonly error: boolean;
}

/** Everything a stream of the AI SDK told; an abort that the caller did not ask for is an error to him. */
export async function hear(result: ReturnType<typeof streamText> | Promise<ReturnType<typeof streamText>>): Promise<Heard> {
  let [text, calls, error] = ['', 0, false];
  let finish: string | undefined;
  for await (const part of (await result).fullStream) {
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'tool-call') calls++;
    if (part.type === 'error' || part.type === 'abort') error = true;
    if (part.type === 'finish') finish = part.finishReason;
  }
  return { text, calls, finish, error };
}

/** Characters of the answer by which a second beginning is known. */
const OPENING = 20;
const REASONS = new Set<string | undefined>(['stop', 'tool-calls', 'length']);

export function judge({ text, calls, finish, error }: Heard, wanted: string): Outcome {
  const opening = wanted.slice(0, OPENING);
  if (text.indexOf(opening) !== text.lastIndexOf(opening) || calls > 1) return 'doubled';
  if (error) return 'error';
  if (text === wanted && REASONS.has(finish)) return 'complete';
  return text === '' ? 'empty' : 'cut';
}

/** The outcome of a call, or `hang` if it has none after so long. A rejection is an error. */
export async function within(ms: number, call: () => Promise<Heard>, wanted: string): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'hang'>((resolve) => (timer = setTimeout(() => resolve('hang'), ms)));
  const outcome = call().then(
    (heard) => judge(heard, wanted),
    (): Outcome => 'error',
  );
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
