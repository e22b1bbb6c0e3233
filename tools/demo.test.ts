import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

it('the demo survives its outage, shows it, and leaves nothing behind', { timeout: 60_000 }, async () => {
  const temp = mkdtempSync(join(tmpdir(), 'holdfast-demo-test-'));
  try {
    const env = { ...process.env, TMPDIR: temp, NODE_COMPILE_CACHE: join(temp, 'compiled') };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(ROOT, 'examples/demo/demo.ts')], { env });
    expect(stdout).toContain('answer complete: yes, word for word · exit code 0 · 6 requests');
    expect(stderr).toMatch(/harbour\/large-1: overloaded; trying again (in|at once)/);
    expect(stderr).toMatch(/harbour\/large-1 broke in mid-answer .* withdrawn/);
    expect(stderr).toMatch(/beacon\/medium-1: the key in DEMO_BEACON_KEY was refused.*resting .*; asking lantern\/small-1/);
    expect(stderr).toMatch(/lantern\/small-1 .* answered/);
    expect(stdout + stderr).not.toMatch(/demo-key-/);
    expect(readdirSync(temp).filter((name) => name !== 'compiled')).toEqual([]);
  } finally {
    rmSync(temp, { recursive: true });
  }
});
