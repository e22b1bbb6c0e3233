import type { Pending } from '@holdfast/agent/engine';
import { describe, expect, it } from 'vitest';
import { askedOf, readAnswer } from './question-lines.ts';

const call = { id: 'c', name: 'shell', input: '{"cmd":"ls -l"}' };
const approval: Pending = { id: 'q', path: [], reason: 'It runs a command.', about: 'approval', call };
const limit: Pending = {
  id: 'q',
  path: [],
  reason: 'the limit (3) is reached; may it go on?',
  about: 'limit',
  limit: 'iterations',
  reached: 3,
};

describe('a question on a terminal', () => {
  it('names who asks, what for and why; the cursor waits behind one short line', () => {
    const { above, prompt } = askedOf({ ...approval, path: ['writer@c1', 'helper@c2'] }, 80, 'shell:cmd=ls *');
    expect(above.split('\n')).toEqual([
      '? helper: shell cmd=ls -l',
      '  It runs a command.',
      '  [y]es  [n]o  [a]lways shell  [e]verything in this session',
      '  [p] always what is like it: shell:cmd=ls *',
    ]);
    expect(prompt).toBe('  or say why not: ');
  });

  it('a limit says how much more a yes is', () => {
    expect(askedOf(limit, 80)).toEqual({ above: '? the limit (3) is reached; may it go on?', prompt: '  [y]es, 10 more  [n]o: ' });
    expect(askedOf({ ...limit, limit: 'usd' }, 80).prompt).toContain('as much again');
  });

  it('nothing in a question steers the terminal or looks like a line of ours', () => {
    const url = 'https://x.example/\x1b[2J';
    const question: Pending = {
      id: 'q',
      path: [],
      reason: '',
      about: 'elicitation',
      call,
      elicitation: { mode: 'url', message: 'a\x1b[2J', url, from: 'mcp\n? "x"' },
    };
    const { above, prompt } = askedOf(question, 80);
    expect(above).toBe('? mcp ? "x" asks: a\n  https://x.example/');
    expect(prompt).toContain('Visit it');
  });

  it.each([
    ['y', { answer: { decision: 'allow' } }],
    ['YES', { answer: { decision: 'allow' } }],
    ['n', { answer: { decision: 'deny' } }],
    [undefined, { answer: { decision: 'deny' } }],
    ['a', { answer: { decision: 'allow-tool' } }],
    ['p', { answer: { decision: 'allow-tool', rule: 'shell:cmd=ls *' } }],
    ['e', { answer: { decision: 'allow-session' } }],
    ['use find instead', { answer: { decision: 'deny', reason: 'use find instead' } }],
    ['', { again: '' }],
    ['x', { again: '"x" is none of the letters' }],
  ])('%j to an approval', (typed, read) => {
    expect(readAnswer(approval, typed, 'shell:cmd=ls *')).toEqual(read);
  });

  it('without a rule there is no [p]; other questions take yes and no only', () => {
    expect(readAnswer(approval, 'p')).toHaveProperty('again');
    expect(readAnswer(limit, 'always')).toEqual({ again: 'yes or no' });
    expect(readAnswer(limit, 'yes')).toEqual({ answer: { decision: 'allow' } });
  });
});
