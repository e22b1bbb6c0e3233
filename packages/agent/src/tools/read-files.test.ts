import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkFolder } from '../testing/work-folder.ts';

let here: WorkFolder;
beforeEach(() => void (here = new WorkFolder()));
afterEach(() => here[Symbol.dispose]());

describe('read_file', () => {
  it('gives a text back as it is', async () => {
    here.put('a.txt', 'one\ntwo\r\nthree');
    expect(await here.run('read_file', { path: 'a.txt' })).toEqual({ output: 'one\ntwo\r\nthree', failed: false });
    expect(await here.output('read_file', { path: join(here.cwd, 'a.txt') })).toBe('one\ntwo\r\nthree');
  });

  it('gives a range, and says what it is of', async () => {
    here.put('a.txt', 'one\ntwo\nthree\nfour\n');
    expect(await here.output('read_file', { path: 'a.txt', offset: 2, limit: 2 })).toBe(
      'two\nthree\n[lines 2-3 of a.txt (4 lines); go on with offset 4]',
    );
    expect(await here.output('read_file', { path: 'a.txt', line: 4 })).toBe('four\n');
    expect(await here.output('read_file', { path: 'a.txt', offset: 5 })).toBe('[a.txt has 4 lines: there is no line 5]');
    expect(await here.output('read_file', { path: 'a.txt', offset: '3', limit: null })).toBe('three\nfour\n');
  });

  it('B1: a huge file is cut at a line, and can be read on to its end', async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at + 1} ä😀`);
    here.put('big.txt', lines.join('\n'));
    let offset = 1;
    let whole = '';
    for (let step = 0; step < 100; step++) {
      const part = await here.output('read_file', { path: 'big.txt', offset });
      expect(part.length).toBeLessThanOrEqual(30_000);
      const next = /\n\[lines \d+-\d+ of big.txt \(20000 lines\); go on with offset (\d+)\]$/.exec(part);
      whole += next ? part.slice(0, next.index + 1) : part;
      if (!next) break;
      offset = Number(next[1]);
    }
    expect(whole).toBe(lines.join('\n'));
  });

  it('B1: 200 MB are neither read whole nor counted', async () => {
    execFileSync('sh', ['-c', 'yes abcdefghi | head -c 200000000 > big'], { cwd: here.cwd });
    const before = process.memoryUsage().rss;
    expect(await here.output('read_file', { path: 'big' })).toMatch(/\[lines 1-\d+ of big \(200000000 bytes\); go on with offset \d+\]$/);
    expect(await here.output('read_file', { path: 'big', offset: 19_999_999, limit: 1 })).toMatch(/^abcdefghi\n\[lines 19999999-19999999/);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  it('B1: one endless line is cut and said', async () => {
    here.put('min.js', 'x'.repeat(100_000));
    const text = await here.output('read_file', { path: 'min.js' });
    expect(text).toMatch(/^x+\n\[line 1 of min.js \(1 lines\) is cut after 25\d{3} characters\]$/);
  });

  it('B2: what is no text is said', async () => {
    here.put('bin', Buffer.from([1, 2, 0, 3]));
    here.put('broken', Buffer.from([97, 0xff, 98, 10]));
    here.put('wide', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('hé\nb', 'utf16le')]));
    here.put('empty', '');
    here.put('bom', '\uFEFFhi\n');
    expect(await here.failure('read_file', { path: 'bin' })).toBe('bin is a binary file (4 bytes): it cannot be shown as text.');
    expect(await here.output('read_file', { path: 'broken' })).toBe(
      'a\uFFFDb\n[not valid UTF-8: bytes that are no text are shown as \uFFFD]',
    );
    expect(await here.output('read_file', { path: 'wide' })).toBe('hé\nb\n[the file is UTF-16LE]');
    expect(await here.output('read_file', { path: 'empty' })).toBe('[empty is empty]');
    expect(await here.output('read_file', { path: 'bom' })).toBe('hi\n');
  });

  it('F1: says what cannot be read, and hangs on nothing', async () => {
    execFileSync('mkfifo', [join(here.cwd, 'pipe')]);
    symlinkSync('circle', join(here.cwd, 'circle'));
    here.put('a.txt');
    expect(await here.failure('read_file', { path: 'none' })).toBe('none does not exist.');
    expect(await here.failure('read_file', { path: '.' })).toBe('. is a folder.');
    expect(await here.failure('read_file', { path: 'pipe' })).toBe('pipe is not a regular file.');
    expect(await here.failure('read_file', { path: '/dev/zero' })).toBe('/dev/zero is not a regular file.');
    expect(await here.failure('read_file', { path: 'a.txt/b' })).toMatch(/^a.txt\/b /);
    expect(await here.failure('read_file', { path: 'circle' })).toMatch(/circle/);
    expect(await here.failure('read_file', { path: 'x'.repeat(5000) })).toMatch(/too long/);
  });

  it('refuses wrong arguments before anything is looked at', async () => {
    await expect(here.tool('read_file').prepare({}, here.context())).rejects.toThrow(
      'The arguments of read_file are wrong: path is missing.',
    );
    await expect(here.tool('read_file').touches({ path: 3 }, here.context())).rejects.toThrow('path must be text, not a number');
  });

  it('shows no secret, not even half of one', async () => {
    const secret = 'S'.repeat(300);
    here.put('a', `${'x'.repeat(29_500)}${secret}${'y'.repeat(100)}`);
    here.put('b', `key=${secret}\n`);
    const scrub = (text: string) => text.replaceAll(secret, '[redacted]');
    expect(await here.output('read_file', { path: 'a' }, {}, { scrub })).not.toContain('S');
    expect(await here.output('read_file', { path: 'b' }, {}, { scrub })).toBe('key=[redacted]\n');
    expect(await here.output('search_files_content', { query: 'key', path: 'b' }, {}, { scrub })).toBe('b:1:1: key=[redacted]');
  });
});

describe('read_multiple_files', () => {
  it('reads all, each with its name, and says which could not be read', async () => {
    here.put('a', 'A\n');
    expect(await here.run('read_multiple_files', { paths: ['a', 'none'] })).toEqual({
      output: '=== a ===\nA\n\n\n=== none ===\nnone does not exist.',
      failed: false,
    });
    expect(await here.output('read_multiple_files', { paths: '["a"]', json: true })).toBe('[{"path":"a","content":"A\\n"}]');
    expect(await here.failure('read_multiple_files', { paths: ['none'] })).toContain('none does not exist.');
    expect(await here.failure('read_multiple_files', { paths: [] })).toBe('paths is empty.');
  });

  it('gives each its share of what may be shown', async () => {
    for (const name of ['a', 'b', 'c']) here.put(name, `${name}\n`.repeat(30_000));
    const text = await here.output('read_multiple_files', { paths: ['a', 'b', 'c'] });
    expect(text.length).toBeLessThanOrEqual(30_000);
    for (const name of ['a', 'b', 'c']) expect(text).toContain(`=== ${name} ===\n${name}\n${name}`);
  });
});
