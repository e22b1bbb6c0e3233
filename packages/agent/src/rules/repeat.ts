import { canonical } from './arguments.ts';
import { CUT_RESULT } from './compacted.ts';
import type { Block, EndFailure, ToolCall } from './events.ts';
import type { Message } from './run-state.ts';

/** How many identical batches in a row are a circle when the agent file does not say. */
const REPEATS = 5;
/** The longest cycle looked for, in batches. */
const PERIOD = 3;
/** As many times the limit: the same result of the same call, and how far back it is looked for. */
const UNCHANGED = 2;
const FAR = 6;

export interface Watched {
  /** Batches; 0 or absent: 5. */
  readonly limit?: number;
  /** Tools that look whether something is done: they are called again and again on purpose. */
  readonly polling: (tool: string) => boolean;
  /** Replies since the model was told that it goes in circles; absent: it was not. */
  readonly sinceWarning?: number;
}

export type Circle = { readonly do: 'warn'; readonly text: string } | { readonly do: 'stop'; readonly failure: EndFailure };

/**
 * The tool-loop detector.
 * D1. Batches are the same when they hold the same tools in the same order with the same arguments, keys in any order.
 * D2. Only the latest batches count, back to the last input; looking costs the same in the thousandth turn as in the first.
 * D3. A circle is the same batch `limit` times in a row, a cycle of two or three batches as long and at least twice around, or one call that
 *     had the same result twice as often among the latest batches.
 * D4. A batch of polling tools alone neither counts nor ends a row; a mixed one counts.
 * D5. The model is told once; if the circle then goes on, or there is another before the next input, the run is stopped.
 */
export function circles(transcript: readonly Message[], { limit, polling, sinceWarning }: Watched): Circle | undefined {
  const most = mostOf(limit);
  const { batches, replies } = latest(transcript, polling, farOf(limit));
  const found = cycle(batches, most) ?? unchanged(batches, most * UNCHANGED, polling);
  if (!found) return undefined;
  if (sinceWarning === undefined || sinceWarning >= replies) return { do: 'warn', text: warning(found) };
  // Told a moment ago: it has not answered yet.
  return sinceWarning === 0 ? undefined : { do: 'stop', failure: { kind: 'tool-loop', message: `stopped: ${found}` } };
}

interface Batch {
  readonly calls: readonly Call[];
  readonly signature: string;
  readonly results: ReadonlyMap<string, string>;
}
type Call = ToolCall & { readonly signature: string };

/** How many batches are looked at. */
export const farOf = (limit: number | undefined): number => mostOf(limit) * FAR;
const mostOf = (limit: number | undefined): number => (limit && limit > 0 ? limit : REPEATS);

/** The newest batches first, and how many replies there were since the last input. What we said ourselves is no input. */
function latest(transcript: readonly Message[], polling: Watched['polling'], far: number) {
  const batches: Batch[] = [];
  let results = new Map<string, string>();
  let replies = 0;
  for (let at = transcript.length - 1; at >= 0 && batches.length < far && replies < 2 * far; at--) {
    const message = transcript[at] as Message;
    if (message.role === 'tool') results.set(message.id, message.output);
    else if (message.role === 'assistant') {
      replies++;
      const calls = callsOf(message.blocks);
      const told = results;
      results = new Map();
      if (calls.every(({ name }) => polling(name))) continue;
      batches.push({ calls, signature: calls.map(({ signature }) => signature).join('\n'), results: told });
    } else if (!message.hidden) break;
  }
  return { batches, replies };
}

/** By the blocks of a reply, which never change: arguments can be long, and each is looked at in many turns. */
const KNOWN = new WeakMap<readonly Block[], readonly Call[]>();

function callsOf(blocks: readonly Block[]): readonly Call[] {
  let calls = KNOWN.get(blocks);
  if (!calls) {
    calls = blocks.flatMap((block) =>
      block.type === 'tool-call'
        ? [{ id: block.id, name: block.name, input: block.input, signature: `${block.name} ${canonical(block.input)}` }]
        : [],
    );
    KNOWN.set(blocks, calls);
  }
  return calls;
}

function cycle(batches: readonly Batch[], most: number): string | undefined {
  for (let period = 1; period <= PERIOD; period++) {
    const length = period === 1 ? most : Math.max(most, 2 * period);
    if (batches.length < length) continue;
    const goesRound = batches.slice(0, length - period).every(({ signature }, at) => signature === batches[at + period]?.signature);
    if (!goesRound) continue;
    const [first] = batches[0]?.calls ?? [];
    if (period === 1) return `the model made the same call ${length} times in a row (${first?.name})`;
    const round = batches.slice(0, period).toReversed();
    return `the model goes in a circle: ${length} calls, and again and again ${round.map(({ calls }) => calls[0]?.name).join(', ')}`;
  }
  return undefined;
}

/** One call of the newest batch that had the same result so many times. */
function unchanged(batches: readonly Batch[], most: number, polling: Watched['polling']): string | undefined {
  const [newest] = batches;
  for (const { id, name, signature } of newest?.calls ?? []) {
    const result = newest?.results.get(id);
    if (polling(name) || result === undefined || result === CUT_RESULT) continue;
    let times = 0;
    for (const { calls, results } of batches)
      for (const call of calls) if (call.signature === signature && results.get(call.id) === result) times++;
    if (times >= most) return `the model made the same call ${times} times with the same result (${name})`;
  }
  return undefined;
}

const warning = (found: string) =>
  `You go in circles: ${found.replace('the model', 'you').replace('goes', 'go')}. It will not come out differently. Try something else, or say what you found and what stands in the way. If it goes on like this, the run is stopped.`;
