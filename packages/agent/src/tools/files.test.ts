import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@holdfast/core';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkFolder } from '../testing/work-folder.ts';

let here: WorkFolder;
beforeEach(() => void (here = new WorkFolder()));
afterEach(() => here[Symbol.dispose]());

describe('write_file and edit_file', () => {
  it('F2: writes new files with their folders, and replaces, keeping the mode', async () => {
    expect(await here.output('write_file', { path: 'a/b/c.txt', content: 'hé' })).toBe(
      'File written successfully: a/b/c.txt (3 bytes, new).',
    );
    here.put('run.sh', 'old');
    chmodSync(join(here.cwd, 'run.sh'), 0o750);
    expect(await here.output('write_file', { path: 'run.sh', content: 'new' })).toContain('replaced');
    expect([here.get('run.sh'), statSync(join(here.cwd, 'run.sh')).mode & 0o777]).toEqual(['new', 0o750]);
    expect(readdirSync(here.cwd).toSorted()).toEqual(['a', 'run.sh']);
  });

  it('F3: a link stays, what it leads to is written', async () => {
    here.put('real.txt', 'old');
    symlinkSync('real.txt', join(here.cwd, 'link.txt'));
    symlinkSync('later.txt', join(here.cwd, 'dangling.txt'));
    await here.run('write_file', { path: 'link.txt', content: 'new' });
    await here.run('write_file', { path: 'dangling.txt', content: 'x' });
    expect([here.get('real.txt'), realpathSync(join(here.cwd, 'link.txt')), here.get('later.txt')]).toEqual([
      'new',
      join(here.cwd, 'real.txt'),
      'x',
    ]);
  });

  it('F1, F2: what cannot be written is said, and nothing is left behind', async () => {
    mkdirSync(join(here.cwd, 'folder'));
    here.put('file');
    expect(await here.failure('write_file', { path: 'folder', content: '' })).toBe('folder is a folder.');
    expect(await here.failure('write_file', { path: '/dev/null', content: '' })).toBe('/dev/null is not a regular file.');
    expect(await here.failure('write_file', { path: 'file/x', content: '' })).toMatch(/^file\/x /);
    expect(readdirSync(here.cwd).toSorted()).toEqual(['file', 'folder']);
  });

  it('X1: edits, or leaves the file byte for byte as it was', async () => {
    here.put('a.txt', '\uFEFFone\r\ntwo\r\n');
    chmodSync(join(here.cwd, 'a.txt'), 0o640);
    expect(await here.output('edit_file', { path: 'a.txt', edits: [{ oldText: 'one\ntwo', newText: '1\n2' }] })).toBe(
      'File edited successfully: a.txt, 1 edit in line 1.',
    );
    expect([here.get('a.txt'), statSync(join(here.cwd, 'a.txt')).mode & 0o777]).toEqual(['\uFEFF1\r\n2\r\n', 0o640]);
    const before = statSync(join(here.cwd, 'a.txt'), { bigint: true });
    const edits = [
      { oldText: '1', newText: 'x' },
      { oldText: 'none', newText: 'y' },
    ];
    expect(await here.failure('edit_file', { path: 'a.txt', edits })).toBe(
      'a.txt: Edit 2 of 2: oldText was not found. Nothing was changed.',
    );
    const after = statSync(join(here.cwd, 'a.txt'), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect(await here.output('edit_file', { path: 'a.txt', edits: JSON.stringify(edits.slice(0, 1)) })).toContain('successfully');
  });

  it('B2: edits only what it can write back', async () => {
    here.put('broken', Buffer.from([97, 0xff, 10]));
    here.put('bin', Buffer.from([0, 1]));
    const edits = [{ oldText: 'a', newText: 'b' }];
    expect(await here.failure('edit_file', { path: 'broken', edits })).toContain('not valid UTF-8');
    expect(await here.failure('edit_file', { path: 'bin', edits })).toContain('binary');
    expect(await here.failure('edit_file', { path: 'none', edits })).toBe('none does not exist.');
    expect([...readFileSync(join(here.cwd, 'broken'))]).toEqual([97, 0xff, 10]);
  });
});

describe('folders', () => {
  it('lists and shows trees, without what git ignores, and without following links', async () => {
    for (const path of [
      'b.txt',
      'src/a.ts',
      'src/deep/c.ts',
      'node_modules/x/y.js',
      '.git/config',
      'dist/out.js',
      'src/.gitignore',
      'src/t.log',
    ])
      here.put(path);
    here.put('.gitignore', 'dist/\n');
    here.put('src/.gitignore', '*.log\n');
    symlinkSync('..', join(here.cwd, 'src/up'));
    expect(await here.output('list_directory', { path: '.' })).toBe('FILE .gitignore\nFILE b.txt\nDIR  src');
    expect(await here.output('directory_tree', { path: '.' })).toBe(
      './\n  .gitignore\n  b.txt\n  src/\n    .gitignore\n    a.ts\n    deep/\n      c.ts\n    up@',
    );
    expect(await here.output('directory_tree', { path: 'src', max_depth: 1 })).toBe('src/\n  .gitignore\n  a.ts\n  deep/\n  up@');
    expect(await here.output('list_directory', { path: '.' }, { raw: { ignore_vcs: false } })).toContain('DIR  node_modules');
    expect(await here.output('list_directory', { path: 'node_modules/x' })).toBe('FILE y.js');
    expect(await here.failure('list_directory', { path: 'b.txt' })).toBe('b.txt is not a folder.');
    expect(await here.failure('directory_tree', { path: 'none' })).toBe('none does not exist.');
  });

  it('cuts what is too long, and says so', async () => {
    for (let at = 0; at < 6000; at++) here.put(`f${String(at).padStart(5, '0')}`);
    for (const name of ['list_directory', 'directory_tree']) {
      const text = await here.output(name, { path: '.' });
      expect(text.length).toBeLessThanOrEqual(30_000);
      expect(text).toMatch(/\[… \d+ characters cut: .*\]$/);
    }
  });

  it('makes folders and removes empty ones', async () => {
    expect(await here.output('create_directory', { paths: ['a/b', 'c'] })).toBe(
      'Directory created successfully: a/b\nDirectory created successfully: c',
    );
    here.put('c/x');
    expect(await here.failure('remove_directory', { paths: ['a/b', 'c', 'none'] })).toBe(
      'Directory removed successfully: a/b\nc is not empty.\nnone does not exist.',
    );
    expect([existsSync(join(here.cwd, 'a/b')), existsSync(join(here.cwd, 'c/x'))]).toEqual([false, true]);
  });
});

describe('search_files_content', () => {
  beforeEach(() => {
    here.put('a.ts', 'one two\nthree one\n');
    here.put('src/b.js', 'xx one\r\n');
    here.put('src/bin', Buffer.from('one\0'));
    here.put('node_modules/m.js', 'one');
  });

  it.each([
    [{ query: 'one' }, 'a.ts:1:1: one two\na.ts:2:7: three one\nsrc/b.js:1:4: xx one'],
    [{ query: 'one', path: 'src' }, 'src/b.js:1:4: xx one'],
    [{ query: 'one', path: 'a.ts' }, 'a.ts:1:1: one two\na.ts:2:7: three one'],
    [{ query: 'one', includePatterns: ['*.js'] }, 'src/b.js:1:4: xx one'],
    [{ query: 'one', excludePatterns: ['src/*'] }, 'a.ts:1:1: one two\na.ts:2:7: three one'],
    [{ query: '^t.*e$', is_regex: true }, 'a.ts:2:1: three one'],
    [{ query: '(?i)TWO$', is_regex: true }, 'a.ts:1:5: one two'],
    [{ query: 'o.e' }, '[No results found in 2 text files (1 binary files left out)]'],
  ])('%j', async (input, expected) => expect(await here.output('search_files_content', input)).toBe(expected));

  it('says what is wrong with a pattern', async () => {
    expect(await here.failure('search_files_content', { query: '(', is_regex: true })).toContain('not a regular expression');
    expect(await here.failure('search_files_content', { query: '' })).toBe('query is empty.');
    expect(await here.failure('search_files_content', { query: 'x', path: 'none' })).toBe('none does not exist.');
  });

  it('shows a part of long lines, and not too many', async () => {
    here.put('long', `${'x'.repeat(5000)}needle${'y'.repeat(5000)}\n`.repeat(400));
    const text = await here.output('search_files_content', { query: 'needle', path: 'long' });
    expect(text.length).toBeLessThanOrEqual(30_000);
    expect(text).toMatch(/^long:1:5001: …x{60}needley+…\n/);
    expect(text).toMatch(/\[there are more matches: narrow the query, the path or the patterns\]$/);
  });

  it('L1: a pattern that never ends is given up', async () => {
    here.put('evil', `${'a'.repeat(60)}!`);
    let wake = () => {};
    const clock: Clock = { ...systemClock, after: (_, up) => ((wake = up), () => {}) };
    const running = here.run('search_files_content', { query: '^(a+)+$', is_regex: true, path: 'evil' }, {}, { clock });
    systemClock.after(200, () => wake());
    expect(await running).toEqual({
      output: expect.stringContaining('stopped after 10 s in evil: the rest was not searched'),
      failed: true,
    });
  });

  it('L1: a stop ends it at once', async () => {
    here.put('evil', `${'a'.repeat(60)}!`);
    const stop = new AbortController();
    const prepared = await here
      .tool('search_files_content')
      .prepare({ query: '^(a+)+$', is_regex: true, path: 'evil' }, here.context(stop.signal));
    const running = prepared.run();
    systemClock.after(100, () => stop.abort(new Error('stop')));
    await expect(running).rejects.toThrow('stop');
  });
});

describe('reach', () => {
  it('F3: what a call touches is where paths really lead', async () => {
    here.put('a');
    symlinkSync(here.outside, join(here.cwd, 'out'));
    symlinkSync(join(here.outside, 'missing'), join(here.cwd, 'dangling'));
    const reads = async (path: string) => (await here.tool('read_file').touches({ path }, here.context())).reads;
    expect(await reads('a')).toEqual([join(here.cwd, 'a')]);
    expect(await reads('out/x')).toEqual([join(here.outside, 'x')]);
    expect(await reads('dangling')).toEqual([join(here.outside, 'missing')]);
    expect(await reads('x/../../y')).toEqual([join(here.cwd, '..', 'y')]);
    expect(await reads('~/z')).toEqual([join(here.outside, 'z')]);
    expect((await here.tool('write_file').touches({ path: 'out/n', content: '' }, here.context())).writes).toEqual([
      join(here.outside, 'n'),
    ]);
    expect((await here.tool('read_multiple_files').touches({ paths: ['a', 'out'] }, here.context())).reads).toEqual([
      join(here.cwd, 'a'),
      here.outside,
    ]);
  });

  it('holds to allow_list and deny_list, links or not, also inside a search', async () => {
    here.put('in/a', 'one');
    here.put('in/secret/b', 'one');
    here.put('c', 'one');
    symlinkSync('../c', join(here.cwd, 'in/link'));
    const settings = { raw: { allow_list: ['in'], deny_list: ['in/secret'] } };
    expect(await here.output('read_file', { path: 'in/a' }, settings)).toBe('one');
    for (const path of ['c', 'in/link', '..']) {
      expect(await here.failure('read_file', { path }, settings)).toBe(`${path} is outside the allowed directories (allow_list: in).`);
    }
    expect(await here.failure('read_file', { path: 'in/secret/b' }, settings)).toBe(
      'in/secret/b is inside a denied directory (deny_list: in/secret).',
    );
    expect(await here.output('search_files_content', { query: 'one', path: 'in' }, settings)).toBe('in/a:1:1: one');
    await expect(here.tool('read_file', settings).touches({ path: 'c' }, here.context())).rejects.toThrow('outside');
  });
});
