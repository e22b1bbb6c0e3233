import { unbound } from './compacted.ts';
import type { Block } from './events.ts';
import { replyMessage, userMessage, type PromptMessage, type Reply, type Said } from './prompt-messages.ts';

/** A message of the user's, or a reply with its results: what stays or goes as a whole. */
export interface Piece {
  readonly reply?: Reply;
  readonly calls: readonly (Block & { readonly type: 'tool-call' })[];
  readonly built: PromptMessage[];
  /** Messages of the transcript in it that count. */
  items: number;
}

export function pieceOf(message: Said | Reply, images: boolean): Piece {
  if (message.role === 'assistant') {
    const built = replyMessage(message, images);
    const calls = message.blocks.filter((block) => block.type === 'tool-call');
    return { reply: message, calls, built: built ? [built] : [], items: 1 };
  }
  if (message.system) return { calls: [], built: [{ role: 'system', content: message.text }], items: 0 };
  return { calls: [], built: [userMessage(message, images)], items: 1 };
}

/** It has calls, and no message with their results yet. */
export const waits = ({ calls, built }: Piece): boolean => calls.length > 0 && built.length === 1;

/** The pieces without the oldest replies, so that at most `most` items are left if that can be; undefined when nothing can go. */
export function withoutOldest(pieces: readonly Piece[], items: number, most: number): readonly Piece[] | undefined {
  const last = pieces.findLast(({ reply }) => reply);
  const gone = new Set<Piece>();
  let left = items;
  for (const piece of pieces) {
    if (left <= most) break;
    // The results of what was called last may not have been seen by anybody.
    if (!piece.reply || (piece === last && piece.calls.length > 0)) continue;
    gone.add(piece);
    left -= piece.items;
  }
  return gone.size > 0 ? pieces.filter((piece) => !gone.has(piece)) : undefined;
}

/** The same piece behind a cut: nobody's signatures hold any more. */
export function moved(piece: Piece, images: boolean): Piece {
  const message = piece.reply && replyMessage(unbound(piece.reply), images);
  return message ? { ...piece, built: [message, ...piece.built.slice(1)] } : piece;
}
