import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetOutputs, keepOutput } from './outputs-file.ts';

let folder: string;
beforeEach(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-outputs-')))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('kept outputs', () => {
  it('are whole, private, and in a folder of their session', async () => {
    const path = await keepOutput(join(folder, 'outputs'))('s1', 'call_1', 'all of it €');
    expect(path).toBe(join(folder, 'outputs/s1/call_1.txt'));
    expect(readFileSync(path, 'utf8')).toBe('all of it €');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it('U1: a call of the same name keeps its own', async () => {
    const keep = keepOutput(folder);
    const paths = [await keep('s', 'c', 'one'), await keep('s', 'c', 'two')];
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['one', 'two']);
    expect(paths[1]).toBe(join(folder, 's/c-2.txt'));
  });

  it.each(['../../etc/passwd', '..', '', '/abs', 'a/b', 'nul\0', 'é'.repeat(300), '.hidden'])(
    'U2: a name like %j leads nowhere else',
    async (name) => {
      const keep = keepOutput(folder);
      for (const path of [await keep(name, 'c', 'x'), await keep('s', name, 'x')])
        expect(relative(folder, path)).toMatch(/^[\w-]+\/[\w-]+\.txt$/);
    },
  );

  it('U2: two names that look alike are two files', async () => {
    const keep = keepOutput(folder);
    expect(await keep('s', 'a/b', '1')).not.toBe(await keep('s', 'a.b', '2'));
  });

  it('go with their session', async () => {
    const keep = keepOutput(folder);
    await keep('gone', 'c', 'x');
    await keep('stays', 'c', 'x');
    await forgetOutputs(folder, 'gone');
    await forgetOutputs(folder, 'never was');
    expect(readdirSync(folder)).toEqual(['stays']);
  });

  it('what cannot be kept is said by name', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(keepOutput(join(folder, 'file'))('s', 'c', 'x')).rejects.toThrow(
      `${join(folder, 'file/s')} is not possible: a part of the path is a file.`,
    );
  });
});
