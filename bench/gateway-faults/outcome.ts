/** What a plain client was left with, judged by what a strict reader of chat completions made of it. */
import { CLIENT, type Heard, type Told } from '../../packages/server/test/readers/index.ts';

/**
 * `complete`: the text once, a finish reason, the terminator, no error. `error`: an error status, or an error event in the stream. `cut`: a
 * clean end without an error, and text is missing. `doubled`: it begins twice. `empty`: nothing, and a clean end. `broken`: neither an
 * answer nor an error of the protocol, or the connection breaks without a word. `hang`: no end, and no event for too long.
 */
export type Outcome = 'complete' | 'error' | 'cut' | 'doubled' | 'empty' | 'broken' | 'hang';

/** Characters of the answer by which a second beginning is known. */
const OPENING = 20;
const REFUSED = 400;

/** A reader looks into foreign JSON and throws where nothing of it is there. */
function read(heard: Heard, how: 'stream' | 'whole'): Told | undefined {
  try {
    return CLIENT['openai-chat'][how](heard);
  } catch {
    return undefined;
  }
}

export function judge(heard: Heard, wanted: string, stream: boolean): Outcome {
  if (heard.status === undefined) return 'broken';
  // A status that says so is an error to every client, whatever the body is.
  if (heard.status >= REFUSED) return heard.complete ? 'error' : 'broken';
  const told = read(heard, stream ? 'stream' : 'whole');
  if (!told) return 'broken';
  const { text, calls, finish, error, faults } = told;
  const opening = wanted.slice(0, OPENING);
  if (text.indexOf(opening) !== text.lastIndexOf(opening) || calls.length > 1) return 'doubled';
  // Whoever reads the stream sees it, also where the connection is closed as if all were well.
  if (error) return stream && typeof error.message === 'string' ? 'error' : 'broken';
  const whole = text === wanted && finish === (calls.length > 0 ? 'tool_calls' : 'stop');
  if (whole) return faults.length === 0 ? 'complete' : 'broken';
  const foreign = faults.some((fault) => /does not parse|content-type|^status/.test(fault));
  if (!heard.complete || foreign) return 'broken';
  return text === '' && calls.length === 0 ? 'empty' : 'cut';
}
