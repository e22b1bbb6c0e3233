import { describe, expect, it } from 'vitest';
import { kept } from './payload.ts';

const PROMPT = [{ role: 'user', content: [{ type: 'text', text: 'who am I' }] }];

describe('what is kept of a payload', () => {
  it('metadata: nothing; full: a copy; redacted: what the hook leaves', () => {
    expect(kept(PROMPT, { payload: 'metadata', most: 100 })).toBeUndefined();
    const full = kept(PROMPT, { payload: 'full', most: 100 });
    expect(full).toEqual(PROMPT);
    expect(full).not.toBe(PROMPT);
    expect(kept('an answer', { payload: 'redacted', most: 100, redact: (text) => String(text).replace('answer', '***') })).toBe('an ***');
    expect(kept(PROMPT, { payload: 'redacted', most: 100, redact: () => undefined })).toBeUndefined();
  });

  it('long ones are cut and say so, files are told by their size', () => {
    expect(kept('x'.repeat(50), { payload: 'full', most: 10 })).toBe('xxxxxxxxxx… (50 characters)');
    expect(kept([{ data: new Uint8Array(5000) }, { data: Buffer.alloc(7) }], { payload: 'full', most: 100 })).toEqual([
      { data: '(5000 bytes)' },
      { data: '(7 bytes)' },
    ]);
    expect(kept(PROMPT, { payload: 'full', most: 12 })).toMatch(/^\[\{"role":"us… \(\d+ characters\)$/);
  });
});
