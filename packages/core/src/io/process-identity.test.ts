import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { processIdentity } from './process-identity.ts';

const { owner, alive } = processIdentity();

describe('process identity', () => {
  it('this process lives, and is named the same twice', () => {
    expect(processIdentity().owner).toBe(owner);
    expect(alive(owner)).toBe(true);
  });

  it('another process lives until it is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const [, , boot, space] = owner.split(':');
    const unknownStart = `${child.pid}::${boot}:${space}`;
    expect(alive(unknownStart)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(alive(unknownStart)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'a pid that was used again, and a pid of another boot, are gone; another namespace cannot be judged',
    () => {
      const [pid, start, boot, space] = owner.split(':');
      expect(alive(`${pid}:${Number(start) - 1}:${boot}:${space}`)).toBe(false);
      expect(alive(`${pid}:${start}:another-boot:${space}`)).toBe(false);
      expect(alive(`999999999:${start}:${boot}:1`)).toBe(true);
      expect(alive(`999999999:${start}:${boot}:${space}`)).toBe(false);
    },
  );

  it('what we cannot read is left to its time', () => {
    for (const odd of ['', 'x', '1', '-1:2:3:4', 'a:b:c:d']) expect(alive(odd)).toBe(true);
  });
});
