import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempState } from './temp-state.ts';

it('a state folder of one’s own, private, gone with all that is in it', () => {
  const state = tempState();
  using other = tempState();
  expect(other.dir).not.toBe(state.dir);
  expect(statSync(state.dir).mode & 0o777).toBe(0o700);
  writeFileSync(join(state.dir, 'health.db'), 'x');
  state[Symbol.dispose]();
  expect(existsSync(state.dir)).toBe(false);
  state[Symbol.dispose]();
});
