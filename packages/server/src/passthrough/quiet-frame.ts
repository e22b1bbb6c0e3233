import type { WireFrame, WirePart } from '@holdfast/core/wire';

/** A frame that says nothing of the answer goes on as it came: a sign of life, or a kind that nobody here knows. */
export function quietFrame(frame: WireFrame, verdict: 'ping' | 'drop', protocol: string, attempt: number): WirePart {
  const wire = { attempt, frames: [frame] };
  if (verdict === 'drop') return { type: 'raw', rawValue: frame.json, wire };
  // The accumulator of OpenAI's own package throws on events it does not know; ours are comments.
  return protocol === 'openai-responses' ? { type: 'ping' } : { type: 'ping', wire };
}
