import { describe, expect, it } from 'vitest';
import { taskText, transferFault } from './team.ts';

describe('what a child is told', () => {
  it('D5: files of who gave the task are named; without any there is no word of them', () => {
    expect(taskText({ task: 'Count.', files: ['a.png', 'b.pdf'] })).toContain('<attached_files>\n- a.png\n- b.pdf\n</attached_files>');
    expect(taskText({ task: 'Count.' })).not.toContain('attached_files');
  });

  it('D2: the task, and what is expected where something is', () => {
    expect(taskText({ task: 'Count.', expected: 'A number' })).toMatch(/<task>\nCount\.\n<\/task>\n\n<expected_output>\nA number\n/);
    expect(taskText({ task: 'Count.', expected: ' ' })).not.toContain('expected_output');
  });
});

describe('who may get a task', () => {
  const fault = (to: string, path: readonly string[] = [], allowed: readonly string[] = ['a', 'b']) =>
    transferFault({ from: 'me', path, root: 'root' }, to, allowed);

  it('D1, D3: only those it may call, and it is told who they are', () => {
    expect(fault('a')).toBeUndefined();
    expect(fault('c')).toContain('Available agent IDs are: a, b');
    expect(fault('c', [], [])).toContain('No agents are configured');
  });

  it('nobody who waits for it, and not too deep', () => {
    expect(fault('root', ['me@1'], ['root'])).toContain('it waits for this task itself (root → me)');
    const deep = Array.from({ length: 10 }, (_, at) => `x${at}@1`);
    expect(fault('a', deep)).toContain('nested');
    expect(fault('a', deep.slice(1))).toBeUndefined();
  });
});
