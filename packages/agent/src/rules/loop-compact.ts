import type { RunScope } from './agent-rules.ts';
import type { CompactionCause } from './events.ts';
import { compactFacts } from './hook-facts.ts';
import { hook } from './loop-hooks.ts';
import type { InboxItem, Loop } from './world.ts';
import { ask, flush } from './teller.ts';

/** Summarises what is old. False: nothing changed, and why was told. */
export function* compactNow(run: RunScope, why: CompactionCause, item?: InboxItem): Loop<boolean> {
  const { teller } = run;
  const words = item?.text.trim() || undefined;
  const facts = { ...compactFacts(run, why), ...(words !== undefined && { prompt: words }) };
  const consumes = item ? { item: item.id } : {};
  const before = yield* hook(run, 'pre_compact', facts);
  const veto = before.allowed ? yield* hook(run, 'before_compaction', facts) : before;
  if (!veto.allowed) {
    teller.tell({ type: 'notice', text: `a hook kept the conversation as it is: ${veto.message ?? 'no reason given'}`, ...consumes });
    return false;
  }
  const extra = [words, before.context].filter((text) => text).join('\n\n');
  yield* flush(teller);
  const done = yield* ask({
    do: 'compact',
    state: teller.state(),
    why,
    ...(extra !== '' && { words: extra }),
    ...(veto.summary !== undefined && { summary: veto.summary }),
  });
  if ('skipped' in done) {
    const { skipped, usage, usd } = done;
    teller.tell({ type: 'notice', text: `the conversation was not summarised: ${skipped}`, ...consumes });
    if (usage) teller.tell({ type: 'spent', usage, ...(usd !== undefined && { usd }) });
    return false;
  }
  teller.tell({ ...done.event, ...consumes });
  yield* hook(run, 'after_compaction', { ...facts, summary: done.event.summary });
  return true;
}
