import type { Block } from './events.ts';

interface ReplyView {
  readonly blocks: readonly Block[];
  readonly finish: string;
  readonly marks?: readonly string[];
}

/** The mark of a turn that ends with nothing, because two targets said so after a tool result (E4). */
const EMPTY_TURN = 'empty-turn';

/**
 * What the user is told of a reply that is not what it looks like.
 * L20. A reply with nothing to read and no call is said to be empty, and why as far as it is known.
 * L21. After a tool result a clean stop with nothing is an end like any other.
 */
export function replyNotice({ blocks, finish, marks = [] }: ReplyView, afterTool: boolean): string | undefined {
  if (blocks.some(({ type }) => type === 'tool-call')) return undefined;
  const says = blocks.some((block) => block.type === 'file' || (block.type === 'text' && block.text.trim() !== ''));
  if (finish === 'content-filter') return says ? 'the answer was cut off by a content filter' : 'the model refused to answer';
  if (says) return finish === 'length' ? 'the answer was cut off at the limit of its length' : undefined;
  if (finish === 'length')
    return 'the answer is empty: all the tokens it was allowed went into reasoning; raise max_tokens or lower the effort';
  if (finish === 'stop' && (afterTool || marks.includes(EMPTY_TURN))) return undefined;
  const thought = blocks.some((block) => block.type === 'reasoning' && block.text.trim() !== '');
  return thought ? 'the answer is empty: the model reasoned and said nothing' : 'the answer is empty';
}
