import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { play } from './team-drill.ts';
import { broken } from './team-laws.ts';
import { scenes } from './team-scene.ts';

/** `HOLDFAST_DRILLS=20000 npx vitest run packages/agent/test/team-property.test.ts` for a long night; `HOLDFAST_SEED` plays one again. */
const RUNS = Number(process.env['HOLDFAST_DRILLS'] ?? 400);
const SEED = process.env['HOLDFAST_SEED'];

describe('teams, whatever goes wrong', () => {
  it(
    'R1, R2, R4: every tool once, every call one result, every run an end, no question forgotten, the log folds to what was known',
    () =>
      fc.assert(
        fc.asyncProperty(scenes, async (scene) => {
          expect(await broken(await play(scene))).toEqual([]);
        }),
        { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) },
      ),
    RUNS * 1000 + 20_000,
  );
});
