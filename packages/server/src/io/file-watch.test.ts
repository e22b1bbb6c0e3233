import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { watchFile } from './file-watch.ts';

it('a change that the system told of is not told again at the next look', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-watch-'));
  const path = join(folder, 'holdfast.yaml');
  const looks: (() => void)[] = [];
  let [told, heard] = [0, (): void => {}];
  const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
  const settled = async (): Promise<void> => {
    for (let n = 0; n < 20; n++) await stat(folder);
  };
  const first = next();
  writeFileSync(path, 'a');
  const close = watchFile(path, { after: (_, fire) => (looks.push(fire), () => {}) }, () => {
    told += 1;
    heard();
  });
  try {
    await first;
    await settled();
    const second = next();
    writeFileSync(path, 'another');
    await second;
    await settled();
    const before = told;
    looks.pop()!();
    await settled();
    expect(told).toBe(before);
  } finally {
    close();
    rmSync(folder, { recursive: true });
  }
});
