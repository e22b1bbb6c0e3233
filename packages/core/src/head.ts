import type { AttemptRun } from './attempt-run.ts';
import type { PartQueue } from './part-queue.ts';
import { ModelFailure } from './rules/failure.ts';
import { END, nextOf } from './source.ts';

/** C1: what is held before the commit is bounded; past it the head goes out as if it were soft. */
const HELD_BYTES = 256 * 1024;

/** A tool call is held until it is complete (C7); past this it is none. */
const CALL_BYTES = 16 * 1024 * 1024;

export interface HeadReading<P> {
  /** Up to the end instead of up to the commit; past so many bytes the head goes out all the same. */
  readonly whole: boolean;
  readonly most?: number | undefined;
  readonly bytesOf: ((part: P) => number) | undefined;
  /** Told of the first content. */
  readonly committed: () => Promise<void> | undefined;
}

/** Reads the head of an attempt into `out`: up to the commit, or to the finish part, which it answers. Rejects with what broke the attempt, unclassified. */
export async function readHead<P>(
  run: AttemptRun<P>,
  out: PartQueue<P>,
  { whole, most = Infinity, bytesOf, committed }: HeadReading<P>,
): Promise<P | undefined> {
  const { reading, watch } = run;
  const source = run.source!;
  let bytes = 0;
  let withheld = false;
  watch?.pull();
  for (;;) {
    const coming = nextOf(source);
    const part = coming instanceof Promise ? await coming : coming;
    if (part === END) throw run.whyEnded();
    const look = reading.look(part);
    const quiet = look.commit === 'nothing' && look.ends === false;
    if (quiet) watch?.kept(look);
    else watch?.saw(look);
    if (look.ends === 'error') throw run.whyFailed();
    if (look.ends === 'finish') return part;
    out.hold(part);
    bytes += bytesOf?.(part) ?? 0;
    withheld ||= look.call ?? false;
    const full = bytes >= (withheld ? CALL_BYTES : HELD_BYTES);
    if (full && withheld && !whole && look.commit === 'nothing') throw new ModelFailure('malformed', 'sent a tool call that does not end');
    if (quiet && !full) continue;
    if (quiet) watch?.saw(look);
    const told = committed();
    if (told) await told;
    if (whole && bytes < most) {
      watch?.pull();
      continue;
    }
    run.saw(look.commit === 'nothing' ? 'soft' : look.commit);
    reading.released?.();
    out.release();
    return undefined;
  }
}
