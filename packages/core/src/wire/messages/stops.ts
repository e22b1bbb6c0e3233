import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';

type Unified = LanguageModelV4FinishReason['unified'];

/** Anthropic's stop reasons, and what they are to everybody else. */
const UNIFIED: Readonly<Record<string, Unified>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content-filter',
  compaction: 'other',
};

export const unifiedOf = (raw: unknown): Unified => (typeof raw === 'string' && Object.hasOwn(UNIFIED, raw) ? UNIFIED[raw]! : 'other');

/**
 * The stop reason a client is told. `calls`: tools of its own were called: servers exist that say `stop` then, and a client would not run them; others say `tool_calls`
 * without any, and it would wait for one.
 */
export function stopReasonOf({ unified, raw }: LanguageModelV4FinishReason, calls: boolean): string {
  if (raw !== undefined && Object.hasOwn(UNIFIED, raw)) return raw;
  switch (unified) {
    case 'length':
      return 'max_tokens';
    case 'content-filter':
      return 'refusal';
    default:
      return calls ? 'tool_use' : 'end_turn';
  }
}
