import { bad, type Complaint } from './complaint.ts';
import { rows, str, type Row } from './read.ts';

/** The blocks of a message's content. */
export const blocks = (message: Row): readonly Row[] =>
  typeof message['content'] === 'string' ? [{ type: 'text', text: message['content'] }] : rows(message['content']);

export const idsOf = (message: Row | undefined, type: string, key: string): string[] =>
  message ? blocks(message).flatMap((block) => (block['type'] === type ? [str(block[key])] : [])) : [];

/** Every call has one result in the next message, at its head; every result has its call in the message before. */
export function* calls(messages: readonly Row[]): Iterable<Complaint> {
  const all = messages.flatMap((message) => idsOf(message, 'tool_use', 'id'));
  if (new Set(all).size < all.length) yield bad('messages: `tool_use` ids must be unique');
  for (const [at, message] of messages.entries()) {
    const asked = idsOf(message, 'tool_use', 'id');
    const next = messages[at + 1];
    const head = next ? blocks(next).slice(0, blocks(next).findLastIndex(({ type }) => type === 'tool_result') + 1) : [];
    const answered = idsOf(next, 'tool_result', 'tool_use_id');
    const owed = asked.filter((id) => !answered.includes(id));
    if (owed.length > 0 || (asked.length > 0 && head.some(({ type }) => type !== 'tool_result')))
      yield bad(
        `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${owed.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    for (const id of answered)
      if (!asked.includes(id))
        yield bad(
          `messages.${at + 1}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
        );
    if (new Set(answered).size < answered.length)
      yield bad(
        `messages.${at + 1}.content.1: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${answered[0]}`,
      );
    if (at === 0 && idsOf(message, 'tool_result', 'tool_use_id').length > 0)
      yield bad('messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks');
  }
}
