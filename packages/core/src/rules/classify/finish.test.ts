import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../failure.ts';
import type { Protocol } from '../target.ts';
import { FINISHES } from './finish.data.ts';
import { finishFailure, finishRow } from './finish.ts';

/** An entry, a finish reason as the provider sent it, and what it means before and after visible text. */
const CASES: readonly (readonly [row: string, protocol: Protocol, raw: string, before: FailureKind, after: FailureKind | undefined])[] = [
  ['finish/safety', 'google', 'SAFETY', 'refusal', undefined],
  ['finish/safety', 'google', 'RECITATION', 'refusal', undefined],
  ['finish/safety', 'google', 'blockReason:PROHIBITED_CONTENT', 'refusal', undefined],
  ['finish/blocked', 'google', 'blockReason:OTHER', 'refusal', undefined],
  ['finish/google-other', 'google', 'LANGUAGE', 'refusal', undefined],
  ['finish/filter', 'openai-chat', 'content_filter', 'refusal', undefined],
  ['finish/filter', 'openai-chat', 'sensitive', 'refusal', undefined],
  ['finish/refusal', 'anthropic-messages', 'refusal', 'refusal', undefined],
  ['finish/tool-call', 'google', 'MALFORMED_FUNCTION_CALL', 'malformed', 'malformed'],
  ['finish/tool-call', 'google', 'UNEXPECTED_TOOL_CALL', 'malformed', 'malformed'],
  ['finish/signature', 'google', 'MISSING_THOUGHT_SIGNATURE', 'bad-request', 'bad-request'],
  ['finish/error', 'openai-chat', 'error', 'server', 'server'],
  ['finish/error', 'openai-responses', 'failed', 'server', 'server'],
  ['finish/overload', 'openai-chat', 'insufficient_system_resource', 'overload', 'overload'],
  ['finish/cut', 'openai-chat', 'abort', 'truncated', 'truncated'],
];

describe('C2: which finish it is (field note 23)', () => {
  it.each(CASES)('%s: %s %s → %s, after text %s', (row, protocol, raw, before, after) => {
    expect(finishRow(protocol, raw, { sawText: false })?.id).toBe(row);
    expect(finishFailure(protocol, raw, { sawText: false })?.kind).toBe(before);
    expect(finishFailure(protocol, raw, { sawText: true })?.kind).toBe(after);
  });

  it('no entry is without a case', () => {
    const covered = new Set(CASES.map(([row]) => row));
    expect(FINISHES.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
  });

  it.each([
    'stop',
    'STOP',
    'end_turn',
    'tool_calls',
    'tool_use',
    'length',
    'max_tokens',
    'MAX_TOKENS',
    'pause_turn',
    'stop_sequence',
    'model_context_window_exceeded',
    'compaction',
    'completed',
    'incomplete',
    'eos',
    'never heard of it',
    '',
    'constructor',
  ])('whole, or passed on: %s', (raw) => {
    for (const sawText of [true, false]) expect(finishFailure('openai-chat', raw, { sawText })).toBeUndefined();
  });

  it('none at all is not for this table', () => {
    expect(finishFailure('google', undefined, { sawText: false })).toBeUndefined();
  });
});
