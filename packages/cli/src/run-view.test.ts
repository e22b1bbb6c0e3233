import { describe, expect, it } from 'vitest';
import type { Terminal } from './context.ts';
import { runView } from './run-view.ts';

/** What a view wrote to stderr. */
function said(how: { readonly json: boolean; readonly outIsTty: boolean }, act: (view: ReturnType<typeof runView>) => void): string {
  let text = '';
  const terminal = {
    outIsTty: how.outIsTty,
    color: false,
    columns: () => 80,
    rows: () => 24,
    out: (piece: string) => void (text += piece),
    err: (piece: string) => void (text += piece),
  } satisfies Partial<Terminal> as unknown as Terminal;
  act(runView(terminal, { json: how.json, explain: false, logLevel: 'info' }));
  return text;
}

describe('the views of a run', () => {
  const evil = 'a\u001b]0;gone\u0007b\u001b[2Jc\u202ed\r';
  it.each([
    ['lines on stderr', { json: false, outIsTty: false }],
    ['JSON lines', { json: true, outIsTty: false }],
    ['a terminal', { json: false, outIsTty: true }],
  ])('T3: names that come from servers and files cannot steer the terminal: %s', (_what, how) => {
    const text = said(how, (view) => {
      view.notice(evil);
      view.remark(evil);
      view.print([evil, 'next']);
    });
    expect(text).toContain('a]0;gonebcd');
    expect(text).toContain('next');
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
  });
});
