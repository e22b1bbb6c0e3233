import { afterAll, beforeAll, expect } from 'vitest';
import { Rehearsal, type Case, type NamedCase } from './rehearsal.ts';

const NOISE = /\n\s+at |UnhandledPromiseRejection|[A-Z]\w*Error\b/;

/** One gateway for the cases of a block: it is started before them, and has not tripped over anything after them. */
export function rehearsed<C extends Case>(cases: readonly C[]): { readonly on: Rehearsal; readonly cases: readonly (C & NamedCase)[] } {
  const on = new Rehearsal(cases);
  beforeAll(() => on.start(), 60_000);
  afterAll(async () => {
    const { err } = on;
    await on[Symbol.asyncDispose]();
    expect(err).not.toMatch(NOISE);
  });
  return { on, cases: on.cases as readonly (C & NamedCase)[] };
}
