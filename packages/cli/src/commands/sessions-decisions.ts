import { decisionsOf } from '@holdfast/agent/engine';
import { EXIT } from '../context.ts';
import { wallTime } from '../io/wall-time.ts';
import { tame } from '../render/width.ts';
import { findSession } from '../session-ref.ts';
import type { SessionsDesk } from './sessions-desk.ts';

/** Which calls of a session were allowed and which were not, and who decided: one line each, in the order it was. */
export async function decisions({ store, context, options, of }: SessionsDesk): Promise<number> {
  const { terminal, json } = context;
  const head = await findSession(store, options.words[0] ?? '-1', of);
  const all = decisionsOf(await store.read(head.id, 0));
  const lines = all.map((one) => {
    if (json) return JSON.stringify(one);
    const { at, path, tool, call, decision, by } = one;
    return tame([wallTime(at), decision, [...path, tool].join('/'), call, by].join('  '));
  });
  if (lines.length > 0) terminal.out(`${lines.join('\n')}\n`);
  else if (!json) terminal.out('no call was decided about\n');
  return EXIT.done;
}
