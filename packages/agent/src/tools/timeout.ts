import type { Clock } from '@holdfast/core';
import { follow } from '@holdfast/core/engine';
import type { Prepared, Tool, ToolContext, ToolOutput } from '../ports.ts';
import { overTime } from '../rules/time-limit.ts';
import { specOf } from './define.ts';

/** Ms a tool has, when its time is over, to say how far it came. */
const LAST_WORDS = 100;

/**
 * The same tool with a time limit, which begins when it runs and not when it is prepared or asked about. When it is over the signal of the
 * call's context fires; a tool that does not heed it is left, and the call has failed all the same.
 */
export const withTimeout = (tool: Tool, ms: number, clock: Clock): Tool => ({
  ...specOf(tool),
  timeout: ms,
  touches: (input, context) => tool.touches(input, context),
  prepare: async (input, context) => {
    const link = follow(context.signal);
    const letGo = (): void => link[Symbol.dispose]();
    try {
      const inner = await tool.prepare(input, { ...context, signal: link.signal });
      return {
        ...(inner.process && { process: inner.process }),
        run: () => limited(inner, { ms, clock, context, end: link.abort }).finally(letGo),
        drop: () => {
          letGo();
          inner.drop();
        },
      };
    } catch (error) {
      letGo();
      throw error;
    }
  },
});

interface Limit {
  readonly ms: number;
  readonly clock: Clock;
  readonly context: ToolContext;
  readonly end: (reason: unknown) => void;
}

async function limited(inner: Prepared, { ms, clock, context, end }: Limit): Promise<ToolOutput> {
  const note = overTime(ms);
  const work = inner.run();
  let late = false;
  let letGo = (): void => {};
  const over = new Promise<undefined>((resolve) => {
    letGo = clock.after(ms, () => {
      late = true;
      end(new Error(note));
      letGo = clock.after(LAST_WORDS, () => resolve(undefined));
    });
  });
  try {
    const output = await Promise.race([work, over]);
    return late && output ? ended(output, note) : (output ?? ended({ output: '', failed: true }, note));
  } catch (error) {
    if (!late || context.signal.aborted) throw error;
    return ended({ output: '', failed: true }, note);
  } finally {
    letGo();
    // One that was left may still fail: nobody waits for it any more.
    work.catch(() => {});
  }
}

/** What it said until then stands before the note. */
const ended = ({ output }: ToolOutput, note: string): ToolOutput => ({
  output: output === '' ? `[${note}]` : `${output}${output.endsWith('\n') ? '' : '\n'}[${note}]`,
  failed: true,
});
