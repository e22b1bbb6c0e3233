import type { Tool } from '../ports.ts';
import { done, object, text, workTool } from './define.ts';

/** Nothing is kept: the thought stands in the conversation as the argument of its call. */
export const thinkTool = (): Tool =>
  workTool({
    name: 'think',
    description:
      'A place to think before you act: which rules apply, what is known and what is missing, whether a plan holds, whether a result is right. Nothing happens and nobody is told.',
    parameters: object({ thought: text('What you think') }, ['thought']),
    readOnly: true,
    idempotent: true,
    sequential: false,
    category: 'think',
    touches: async () => ({ reads: [], writes: [] }),
    run: async () => done('Noted.'),
  });
