import { describe, expect, it } from 'vitest';
import type { Names } from './names.ts';
import { checkRef } from './refs.ts';
import type { RefKind } from './shape.ts';

const set = (...names: string[]): ReadonlySet<string> => new Set(names);
const NAMES: Names = {
  agents: set('root', 'researcher'),
  models: set('small', 'gpt-5:high'),
  tiers: set('fast'),
  providers: set('work'),
  commands: set('fix'),
  skills: set('count'),
  toolsets: set('planning'),
  definitions: set('house'),
};

describe('references', () => {
  it.each<[RefKind, string]>([
    ['alloy', 'small, fast, openai/gpt-5'],
    ['alloy', 'auto'],
    ['chain', 'fast'],
    ['chain', 'work/any/thing:at:all'],
    ['chain', 'anthropic/claude-sonnet-4-5:high'],
    ['model', 'small'],
    ['tier-part', 'small, work/x'],
    ['tier', 'fast'],
    ['provider', 'work'],
    ['provider', 'openrouter'],
    ['vendor', 'anthropic'],
    ['team', 'researcher'],
    ['definition', 'house'],
    ['commands', 'fix'],
    ['skills', 'count'],
    ['toolsets', 'planning'],
  ])('%s "%s" is right', (kind, text) => {
    expect(checkRef(kind, text, NAMES)).toEqual([]);
  });

  it.each<[RefKind, string, string | undefined]>([
    ['alloy', 'small, fsat', 'fast'],
    ['chain', 'smal', 'small'],
    ['chain', 'wrok/x', 'work'],
    ['chain', 'anthropc/x', 'anthropic'],
    ['chain', '', undefined],
    ['chain', 'work', undefined],
    ['model', 'fast', undefined],
    ['tier-part', 'fast', undefined],
    ['tier-part', 'small,', undefined],
    ['model', 'auto', undefined],
    ['tier', 'small', undefined],
    ['provider', 'opnai', 'openai'],
    ['vendor', 'work', undefined],
    ['team', 'reseacher', 'researcher'],
    ['definition', 'hose', 'house'],
    ['commands', 'fixx', 'fix'],
  ])('%s "%s" is an error', (kind, text, nearest) => {
    const findings = checkRef(kind, text, NAMES);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.level).toBe('error');
    expect(findings[0]?.nearest).toBe(nearest);
  });

  it.each<[RefKind, string]>([
    ['chain', 'nebius/kimi'],
    ['provider', 'amazon-bedrock'],
    ['vendor', 'azure'],
    ['definition', 'docker:anything'],
    ['team', 'catalog/pirate'],
    ['team', 'reviewer:catalog/review'],
    ['team', 'https://agents.example.com/a.yaml'],
  ])('%s "%s" is right but not served: a warning', (kind, text) => {
    expect(checkRef(kind, text, NAMES)).toMatchObject([{ level: 'warning' }]);
  });
});
