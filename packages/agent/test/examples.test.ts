import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { load } from '../src/config/load.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');

it.each(readdirSync(EXAMPLES).filter((name) => /\.ya?ml$/.test(name)))(
  'examples/%s passes without a warning where all keys are set',
  (name) => {
    const { file, problems } = load(readFileSync(join(EXAMPLES, name), 'utf8'), name, { env: () => 'set-for-the-test' });
    expect(problems).toEqual([]);
    expect(file?.agents.size).toBeGreaterThan(0);
  },
);
