import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelFailure } from '../rules/failure.ts';
import type { Look, Reader, Reading } from '../rules/reader.ts';

export interface ReaderLaws<P> {
  readonly reader: Reader<P>;
  /** Any parts in any order, legal or not: a reader meets what providers send. */
  readonly parts: fc.Arbitrary<P>;
}

/** What a reading has come to: all that R3 keeps. */
const verdict = <P>({ error, finish, text, calls, files, reasoned, refused }: Reading<P>) =>
  structuredClone({ error, finish, text, calls, files, reasoned, refused });

interface Run<P> {
  readonly reading: Reading<P>;
  readonly looks: readonly Look[];
}

function run<P>({ reader }: ReaderLaws<P>, parts: readonly P[]): Run<P> {
  const reading = reader.start();
  return { reading, looks: parts.map((part) => reading.look(part)) };
}

/** The laws of `Reader<P>` (R1–R5) and what C1, C2 and C7 ask of every reader. */
export function readerLaws<P>(name: string, laws: ReaderLaws<P>): void {
  const stream = fc.array(laws.parts, { maxLength: 30 });
  const check = (holds: (parts: P[]) => void) => fc.assert(fc.property(stream, holds), { numRuns: 300 });

  describe(`reader laws: ${name}`, () => {
    it('R2: never throws and never changes a part', () => {
      check((parts) => {
        const before = structuredClone(parts);
        run(laws, parts);
        expect(parts).toEqual(before);
      });
    });

    it('R3: after a finish or an error nothing changes the verdict', () => {
      check((parts) => {
        const reading = laws.reader.start();
        let ended: ReturnType<typeof verdict> | undefined;
        for (const part of parts) {
          const look = reading.look(part);
          if (ended) expect([verdict(reading), look.ends, look.commit]).toEqual([ended, false, 'nothing']);
          else if (look.ends !== false) {
            expect([reading.finish !== undefined, reading.error !== undefined]).toEqual([look.ends === 'finish', look.ends === 'error']);
            ended = verdict(reading);
          } else expect([reading.finish, reading.error]).toEqual([undefined, undefined]);
        }
      });
    });

    it('R4: closing parts close what is open, show nothing, and leave nothing open', () => {
      check((parts) => {
        const { reading } = run(laws, parts);
        const closing = reading.closing();
        expect(reading.closing()).toEqual(closing);
        const before = verdict(reading);
        for (const part of closing) expect(reading.look(part)).toMatchObject({ commit: 'nothing', ends: false });
        expect(verdict(reading)).toEqual(before);
        expect(reading.closing()).toEqual([]);
      });
    });

    it('R5, C7: a piece of a call is no call, and calls are only added', () => {
      check((parts) => {
        const reading = laws.reader.start();
        for (const part of parts) {
          const before = reading.calls;
          const look = reading.look(part);
          expect(reading.calls - before).toBeGreaterThanOrEqual(0);
          if (look.hold || look.commit !== 'hard') expect(reading.calls).toBe(before);
        }
      });
    });

    it('C1: what can be seen has committed', () => {
      check((parts) => {
        const { reading, looks } = run(laws, parts);
        const commits = new Set(looks.map(({ commit }) => commit));
        const shows = reading.text.trim() !== '' || reading.calls > 0 || reading.files > 0;
        expect(shows).toBe(commits.has('hard'));
        if (reading.reasoned) expect(commits.has('soft')).toBe(true);
        for (const { commit, progress } of looks) if (commit !== 'nothing') expect(progress).toBe(true);
      });
    });

    it('looks are shared constants: nothing is allocated for a part', () => {
      const known = new Set<Look>();
      check((parts) => void run(laws, parts).looks.forEach((look) => known.add(look)));
      expect(known.size).toBeLessThanOrEqual(24);
    });

    it('two readings share nothing', () => {
      fc.assert(
        fc.property(stream, stream, (mine, others) => {
          const alone = run(laws, mine).reading;
          const [a, b] = [laws.reader.start(), laws.reader.start()];
          for (let at = 0; at < Math.max(mine.length, others.length); at++) {
            if (at < others.length) b.look(others[at]!);
            if (at < mine.length) a.look(mine[at]!);
          }
          expect([verdict(a), a.closing()]).toEqual([verdict(alone), alone.closing()]);
        }),
      );
    });

    it('C5: a withdrawal shows nothing and ends nothing', () => {
      const part = laws.reader.withdrawn(3, new ModelFailure('truncated', 'cut'));
      expect(laws.reader.start().look(part)).toMatchObject({ commit: 'nothing', ends: false });
    });

    it('C7: a closed turn ends with a finish', () => {
      const { reading, looks } = run(laws, laws.reader.closeTurn({ input: 5, output: 7 }, 'tool-calls'));
      expect(looks.at(-1)?.ends).toBe('finish');
      expect(reading.finish).toMatchObject({ usage: { input: 5, output: 7 } });
    });
  });
}
