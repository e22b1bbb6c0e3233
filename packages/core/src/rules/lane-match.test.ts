import { describe, expect, it } from 'vitest';
import { laneOf, laneRules } from './lane-match.ts';

const of = (ref: string, entry = ref.split('/')[0]!, model = ref.slice(ref.indexOf('/') + 1)) => ({ ref, entry, model });

describe('the lane of a target (B4.30)', () => {
  const { rules, wrong } = laneRules({
    all: ['*'],
    anthropic: ['anthropic'],
    claude: ['anthropic/claude-*'],
    sonnet: ['anthropic/claude-sonnet-*', 'work/claude-sonnet-4-5'],
    exact: ['anthropic/claude-sonnet-4-5'],
    none: ['ollama/*', 'anthropic/claude-free'],
    small: ['small'],
  });

  it.each([
    ['anthropic/claude-sonnet-4-5', 'exact'],
    ['anthropic/claude-sonnet-4-5-20250929', 'exact'],
    ['anthropic/claude-sonnet-4-5[1m]', 'exact'],
    ['anthropic/claude-sonnet-4', 'sonnet'],
    ['anthropic/claude-opus-4', 'claude'],
    ['anthropic/other', 'anthropic'],
    ['anthropic/claude-free', undefined],
    ['work/claude-sonnet-4-5', 'sonnet'],
    ['work/other', 'all'],
    ['ollama/llama3.1:8b', undefined],
    ['anthropic.messages/claude-opus-4', 'claude'],
  ])('%s: %s', (ref, lane) => {
    expect(wrong).toEqual([]);
    expect(laneOf(rules, of(ref))).toBe(lane);
  });

  it('a target may be written as its entry or as its name', () => {
    expect(laneOf(rules, of('small', 'work', 'small-1'))).toBe('small');
    expect(laneOf(rules, of('fast/x', 'anthropic', 'claude-opus-4'))).toBe('claude');
    expect(laneOf(rules, of('anthropic.messages/claude-opus-4#2', 'anthropic.messages/claude-opus-4#2', 'claude-opus-4'))).toBe('claude');
  });

  it('without a lane for the rest, the rest has none; with one named default it needs no pattern', () => {
    expect(laneOf(laneRules({ a: ['anthropic'] }).rules, of('openai/gpt-5'))).toBeUndefined();
    expect(laneOf(laneRules({ a: ['anthropic'], default: [] }).rules, of('openai/gpt-5'))).toBe('default');
  });

  it.each([
    ['', 'no pattern'],
    ['/x', 'no pattern'],
    ['a/', 'no pattern'],
    ['a*', 'no pattern'],
    ['a/b*c', 'no pattern'],
    ['b', 'lane b already'],
    ['b/*', 'lane b already'],
  ])('"%s" is wrong', (pattern, message) => {
    const found = laneRules({ b: ['b'], a: [pattern] }).wrong;
    expect(found).toMatchObject([{ lane: 'a', at: 0 }]);
    expect(found[0]!.message).toContain(message);
  });
});
