import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { worstCase } from './worst-case.ts';

describe('the worst case of a call', () => {
  it.each([
    [{ targets: 3, retries: 2, maxAttempts: 20, onPartial: 'fail' }, 9 + 1],
    [{ targets: 3, retries: 2, maxAttempts: 20, onPartial: 'restart' }, 12 + 4],
    [{ targets: 8, retries: 2, maxAttempts: 20, onPartial: 'continue' }, 20 + 4],
    [{ targets: 1, retries: 0, maxAttempts: 20, onPartial: 'fail' }, 1],
    [{ targets: 0, retries: 2, maxAttempts: 20, onPartial: 'restart' }, 0],
  ] as const)('%o: %i requests', (input, requests) => expect(worstCase(input).requests).toBe(requests));

  it('is never more than max_attempts and the races', () =>
    assert(
      property(
        integer({ min: 0, max: 50 }),
        integer({ min: 0, max: 9 }),
        integer({ min: 1, max: 50 }),
        constantFrom('fail', 'restart', 'continue'),
        (targets, retries, maxAttempts, onPartial) => {
          const { requests, races } = worstCase({ targets, retries, maxAttempts, onPartial: onPartial as 'fail' });
          expect(requests - races).toBeLessThanOrEqual(maxAttempts);
        },
      ),
    ));
});
