import { describe, expect, it } from 'vitest';
import type { EventRow, RunEvent } from './events.ts';
import { awaitsAnswer, outdated } from './retention.ts';
import type { SessionStatus } from './session-head.ts';

const head = (id: string, updated: number, status: SessionStatus = 'done', starred = false) => ({ id, updated, status, starred });
const NOTHING = new Set<string>();
const ids = (heads: readonly { readonly id: string }[]) => heads.map(({ id }) => id);

describe('which sessions are outdated', () => {
  const heads = [head('a', 90), head('b', 50), head('c', 49, 'failed'), head('d', 10, 'new')];

  it('those in which nothing happened for longer than said, and those beyond the newest so many', () => {
    expect(ids(outdated(heads, NOTHING, {}, 100))).toEqual([]);
    expect(ids(outdated(heads, NOTHING, { keep: 50 }, 100))).toEqual(['c', 'd']);
    expect(ids(outdated(heads, NOTHING, { max: 1 }, 100))).toEqual(['b', 'c', 'd']);
    expect(ids(outdated(heads, NOTHING, { keep: 60, max: 3 }, 100))).toEqual(['d']);
  });

  it('K1: never a starred or running one, nor one with something in its inbox', () => {
    const kept = [head('star', 1, 'done', true), head('runs', 1, 'running'), head('waits', 1), head('old', 1, 'unfinished')];
    expect(ids(outdated(kept, new Set(['waits']), { keep: 1, max: 0 }, 100))).toEqual(['old']);
  });
});

describe('a session that waits for an answer', () => {
  const rows = (...events: readonly RunEvent[]) =>
    events.map((event): EventRow => ({ session: 's', seq: 1, version: 2, at: 1, run: 'r', path: [], event }));
  const start: RunEvent = { type: 'run-start', agent: 'root', resumed: false };
  const asked: RunEvent = { type: 'question', id: 'q', about: 'approval', call: { id: 'c', name: 'shell', input: '{}' }, reason: 'r' };

  it('does until it is answered or the run has ended', () => {
    expect(awaitsAnswer(rows(start, asked))).toBe(true);
    expect(awaitsAnswer(rows(start, asked, { type: 'answer', id: 'q', decision: 'deny' }))).toBe(false);
    expect(awaitsAnswer(rows(start, asked, { type: 'run-end', why: 'stopped' }))).toBe(false);
    expect(awaitsAnswer(rows(start))).toBe(false);
  });
});
