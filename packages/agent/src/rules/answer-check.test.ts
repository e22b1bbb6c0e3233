import { describe, expect, it } from 'vitest';
import { validAnswer } from './answer-check.ts';
import type { Answer, Question } from './events.ts';

const asked = (name: string, input: unknown): Question => ({
  about: 'approval',
  call: { id: 'c', name, input: typeof input === 'string' ? input : JSON.stringify(input) },
});
const error = (question: Question, answer: Answer): string => {
  const result = validAnswer(question, answer);
  return 'error' in result ? result.error : '';
};
const ruled = (rule: string): Answer => ({ decision: 'allow-tool', rule });

describe('an answer', () => {
  it.each([
    ['shell', { cmd: 'ls -la' }, 'shell:cmd=ls*'],
    ['shell', { cmd: 'ls -la' }, 'shell'],
    ['write_file', { path: './docs/a.md' }, 'write_file:path=docs/*'],
    ['write_file', { path: 'docs/a.md' }, 'write_file:path=./docs/*'],
    ['fetch', { url: 'https://x/y' }, 'fetch:url=https://x/*'],
    ['mcp:github:x', {}, 'mcp:github:*'],
  ])('A1: %s %j is covered by %s', (name, input, rule) =>
    expect(validAnswer(asked(name, input), ruled(rule))).toEqual({ answer: ruled(rule) }),
  );

  it('A1: a rule that covers another call approves nothing', () => {
    expect(error(asked('shell', { cmd: 'rm x' }), ruled('shell:cmd=ls*'))).toBe(
      'The rule "shell:cmd=ls*" does not cover the call that was asked about, shell {"cmd":"rm x"}.',
    );
    expect(error(asked('shell', { cmd: 'ls' }), ruled('write_file'))).toContain('does not cover');
    expect(error(asked('write_file', { path: 'src/a' }), ruled('write_file:path=docs/*'))).toContain('does not cover');
    expect(error(asked('shell', { cmd: 'ls x; rm y' }), ruled('shell:cmd=ls*'))).toContain('one simple command only. Allow it once.');
    expect(error(asked('shell', '{'), ruled('shell:cmd=ls*'))).toContain('cannot be held against the call');
  });

  it('A2: a question takes the answers it can be answered with', () => {
    const call = { id: 'c', name: 'shell', input: '{}' };
    expect(error(asked('shell', {}), { decision: 'cancel' })).toBe(
      'This question cannot be answered with "cancel": it takes "allow", "allow-tool", "allow-session", "deny".',
    );
    expect(error({ about: 'limit', limit: 'iterations', reached: 5 }, { decision: 'allow-session' })).toContain('it takes "allow", "deny"');
    expect(error({ about: 'may-have-run', call }, { decision: 'allow-tool' })).toContain('cannot be answered');
    expect(error(asked('shell', {}), { decision: 'allow', rule: 'shell' })).toContain('A rule goes with "allow-tool" only');
    expect(error(asked('shell', {}), { decision: 'allow', content: {} })).toContain('no fields');
    const form: Question = { about: 'elicitation', call, elicitation: { mode: 'form', message: '?' } };
    expect(error(form, { decision: 'allow', content: { a: 1 } })).toBe('');
    expect(error(form, { decision: 'cancel' })).toBe('');
  });
});
