import { describe, expect, it } from 'vitest';
import type { EventRow } from '../rules/events.ts';
import { Heard } from './heard.ts';

const piece = (text: string, at: number, run = 'r', path: readonly string[] = []) =>
  ({ session: 's', run, path, turn: 1, attempt: `${run}:1.1`, type: 'text', text, at }) as const;
const ended = (run: string, path: readonly string[] = []): EventRow => ({
  session: 's',
  seq: 9,
  version: 2,
  at: 0,
  run,
  path,
  event: { type: 'run-end', why: 'done' },
});
const textOf = (event: ReturnType<Heard['fresh']>) => (event && 'text' in event ? event.text : undefined);

describe('what was heard of texts under way', () => {
  it('Q1: what is told again goes on where it was heard to', () => {
    const heard = new Heard();
    expect(textOf(heard.fresh(piece('great, ', 0)))).toBe('great, ');
    expect(textOf(heard.fresh(piece('great, I have it', 0)))).toBe('I have it');
    expect(heard.fresh(piece('have', 9))).toBeUndefined();
  });

  it('Q2: a second stream of the session that lags tells nothing of a run that is over, and all of another', () => {
    const heard = new Heard();
    heard.fresh(piece('bg', 0, 'child', ['helper@c']));
    heard.fresh(piece('great', 0));
    heard.row(ended('r'));
    expect(heard.fresh(piece('great', 0))).toBeUndefined();
    expect(textOf(heard.fresh(piece('bg done', 0, 'child', ['helper@c'])))).toBe(' done');
    expect(textOf(heard.fresh(piece('next', 0, 'r2')))).toBe('next');
  });
});
