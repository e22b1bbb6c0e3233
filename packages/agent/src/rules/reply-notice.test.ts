import { describe, expect, it } from 'vitest';
import type { Block } from './events.ts';
import { replyNotice } from './reply-notice.ts';

const text = (said: string): Block => ({ type: 'text', text: said });
const thought: Block = { type: 'reasoning', text: 'hm' };
const call: Block = { type: 'tool-call', id: 'c', name: 'look', input: '' };
const notice = (finish: string, blocks: readonly Block[], afterTool = false, marks: readonly string[] = []) =>
  replyNotice({ blocks, finish, marks }, afterTool);

describe('replies that are not what they look like', () => {
  it('an answer, a call, a file need no words', () => {
    expect(notice('stop', [text('hi')])).toBeUndefined();
    expect(notice('stop', [text(' '), call])).toBeUndefined();
    expect(notice('stop', [{ type: 'file', mediaType: 'image/png', data: 'AAAA' }])).toBeUndefined();
  });

  it('L20: nothing, or white space, is said to be empty', () => {
    expect(notice('stop', [])).toBe('the answer is empty');
    expect(notice('stop', [text(' \n')])).toBe('the answer is empty');
    expect(notice('other', [], true)).toBe('the answer is empty');
  });

  it('L20: reasoning alone, and reasoning that took all the tokens', () => {
    expect(notice('stop', [thought])).toContain('reasoned and said nothing');
    expect(notice('length', [thought])).toContain('max_tokens');
  });

  it('L21, E4: a clean empty stop after a tool, or one that two targets gave, is an end', () => {
    expect(notice('stop', [], true)).toBeUndefined();
    expect(notice('stop', [], false, ['empty-turn'])).toBeUndefined();
    expect(notice('length', [], true)).toContain('empty');
  });

  it('refusals and cuts are told apart from answers', () => {
    expect(notice('content-filter', [])).toBe('the model refused to answer');
    expect(notice('content-filter', [text('Well')])).toContain('content filter');
    expect(notice('length', [text('Well')])).toContain('cut off at the limit');
  });
});
