import type { Protocol } from '../target.ts';
import type { Projected } from './projector.ts';

/**
 * The place in the history of the `wire`-th message of a request, as the vendor counts. Anthropic's messages hold no system message, and
 * neighbours of one role are one message there.
 */
export function wirePlace({ prompt, places }: Pick<Projected, 'prompt' | 'places'>, wire: number, protocol: Protocol): number {
  if (protocol !== 'anthropic-messages') return 0;
  let count = -1;
  let last: string | undefined;
  for (const [at, { role }] of prompt.entries()) {
    if (role === 'system') continue;
    const speaker = role === 'assistant' ? 'assistant' : 'user';
    if (speaker !== last) count++;
    last = speaker;
    if (count === wire) return places[at] ?? 0;
  }
  return 0;
}
