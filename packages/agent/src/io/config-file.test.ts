import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../config/problem.ts';
import { readConfigFile } from './config-file.ts';

const NEVER = new AbortController().signal;
let folder = '';
const at = (name: string): string => join(folder, name);
const read = async (name: string) => await readConfigFile(at(name), NEVER);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('reading a configuration file', () => {
  it('gives its text, without a byte order mark', async () => {
    await writeFile(at('a.yaml'), '\ufeffagents: {}\n');
    expect(await read('a.yaml')).toEqual({ text: 'agents: {}\n' });
  });

  it('a folder is named as one', async () => {
    await mkdir(at('agents.yaml'));
    expect(await read('agents.yaml')).toMatchObject({ problem: { file: at('agents.yaml'), line: 0, message: 'is a folder, not a file' } });
  });

  it('a missing file says which is called almost the same', async () => {
    await writeFile(at('researcher.yaml'), 'agents: {}\n');
    expect(await read('reseacher.yaml')).toMatchObject({ problem: { message: 'there is no such file', nearest: at('researcher.yaml') } });
    expect(await read('no-such-folder/x.yaml')).toMatchObject({ problem: { message: 'there is no such file' } });
  });

  it('a name that is far off is not offered, nor the file itself', async () => {
    await writeFile(at('string.yaml'), 'agents: {}\n');
    await symlink(at('gone'), at('dangling.yaml'));
    const { problem: missing } = (await read('missing.yaml')) as { problem: Problem };
    expect([missing.message, missing.nearest]).toEqual(['there is no such file', undefined]);
    const { problem: dangling } = (await read('dangling.yaml')) as { problem: Problem };
    expect([dangling.message, dangling.nearest]).toEqual([`is a link to ${at('gone')}, which is not there`, undefined]);
    expect(await read('strnig')).toMatchObject({ problem: { nearest: at('string.yaml') } });
  });

  it('100 MB are refused without being read', async () => {
    const file = await open(at('large.yaml'), 'w');
    await file.truncate(100 * 1024 * 1024);
    await file.close();
    expect(await read('large.yaml')).toMatchObject({ problem: { message: 'is larger than 4 MiB: no agent file' } });
  });

  it.skipIf(process.platform === 'win32')('a device without an end is refused all the same', async () => {
    expect(await readConfigFile('/dev/zero', NEVER)).toMatchObject({ problem: { message: 'is larger than 4 MiB: no agent file' } });
  });

  it.each([
    ['Latin-1', Buffer.from('agents:\n  caf\xe9: {}\n', 'latin1'), 'is not UTF-8', 2, 6],
    ['UTF-16', Buffer.from('\ufeffagents: {}\n', 'utf16le'), 'is not UTF-8 but UTF-16', 1, 1],
  ])('%s is refused at its place', async (_what, bytes, message, line, column) => {
    await writeFile(at('coded.yaml'), bytes);
    expect(await read('coded.yaml')).toMatchObject({ problem: { level: 'error', message, line, column, wayOut: 'save it as UTF-8' } });
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    await writeFile(at('closed.yaml'), 'agents: {}\n');
    await chmod(at('closed.yaml'), 0);
    expect(await read('closed.yaml')).toMatchObject({ problem: { message: 'may not be read' } });
  });

  it.skipIf(process.platform === 'win32')('a pipe is read; a pipe nobody writes to ends with the signal', async () => {
    await promisify(execFile)('mkfifo', [at('pipe'), at('silent')]);
    const [answer] = await Promise.all([read('pipe'), writeFile(at('pipe'), 'agents: {}\n')]);
    expect(answer).toEqual({ text: 'agents: {}\n' });
    const stop = new AbortController();
    const silent = readConfigFile(at('silent'), stop.signal);
    const writer = await open(at('silent'), 'w');
    stop.abort(new Error('enough'));
    await expect(silent).rejects.toThrow('enough');
    await writer.close();
  });
});
