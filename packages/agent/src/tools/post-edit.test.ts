import { existsSync, symlinkSync } from 'node:fs';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkFolder } from '../testing/work-folder.ts';
import { ToolsetError } from './index.ts';
import { postEditsOf } from './post-edit.ts';

let here: WorkFolder;
beforeEach(() => void (here = new WorkFolder()));
afterEach(() => here[Symbol.dispose]());

const more = {
  childEnvironment: () => ({ PATH: process.env['PATH'] ?? '' }),
  scrub: (text: string) => text.replaceAll('hidden', '[redacted]'),
};
const settings = (...post_edit: object[]) => ({ raw: { post_edit } });
const write = (path: string, settled: object, content = 'x\n') => here.run('write_file', { path, content }, settled, more);

describe('commands after an edit', () => {
  it('run after write_file and edit_file on files that match, in the working directory, in order', async () => {
    const edits = settings(
      { path: '*.ts', cmd: 'printf y >> ${file}' },
      { path: 'src/*/*.ts', cmd: 'wc -c < "${file}"; pwd' },
      { path: '*.go', cmd: 'touch never' },
    );
    expect(await write('src/a/b.ts', edits)).toEqual({
      output: [
        'File written successfully: src/a/b.ts (2 bytes, new).',
        '[after the edit: printf y >> ${file}: exit code 0]',
        `3\n${here.cwd}\n[after the edit: wc -c < "\${file}"; pwd: exit code 0]`,
      ].join('\n'),
      failed: false,
    });
    expect(here.get('src/a/b.ts')).toBe('x\ny');
    const edited = await here.run('edit_file', { path: 'src/a/b.ts', edits: [{ oldText: 'x', newText: 'z' }] }, edits, more);
    expect(edited.output).toContain('File edited successfully');
    expect(here.get('src/a/b.ts')).toBe('z\nyy');
    expect((await write('a.md', edits)).output).toBe('File written successfully: a.md (2 bytes, new).');
    expect(existsSync(`${here.cwd}/never`)).toBe(false);
  });

  it('a name of a file is a name, whatever it says', async () => {
    const edits = settings({ path: '*.ts', cmd: `cat \${file} '\${file}' "\${file}"` });
    for (const path of ['$(touch ran).ts', "a'; touch ran; '.ts", 'two words *.ts', '"; touch ran; ".ts', '-n.ts']) {
      const { output } = await write(path, edits, 'same\n');
      expect(output.split('\n').slice(1, -1)).toEqual(['same', 'same', 'same']);
    }
    expect(existsSync(`${here.cwd}/ran`)).toBe(false);
  });

  it('one that fails is said, and the edit stands', async () => {
    const failed = await write('a.ts', settings({ path: '*.ts', cmd: 'echo hidden wrong >&2; exit 2' }));
    expect(failed.failed).toBe(false);
    expect(failed.output).toMatch(/\n\[redacted\] wrong\n\[after the edit: .*: exit code 2 \(the edit stands\)\]$/);
    expect(here.get('a.ts')).toBe('x\n');
  });

  it('none runs after an edit that failed', async () => {
    here.put('a.ts');
    const edits = settings({ path: '*.ts', cmd: 'touch ran' });
    const input = { path: 'a.ts', edits: [{ oldText: 'not there', newText: '' }] };
    expect((await here.run('edit_file', input, edits, more)).failed).toBe(true);
    expect(existsSync(`${here.cwd}/ran`)).toBe(false);
  });

  it('a stop ends them with all they started', async () => {
    const stop = new AbortController();
    const tool = here.tool('write_file', settings({ path: '*.ts', cmd: 'touch up; sleep 1000 & wait' }), more);
    const running = (await tool.prepare({ path: 'a.ts', content: 'x' }, here.context(stop.signal))).run();
    while (!existsSync(`${here.cwd}/up`)) await systemClock.sleep(5, here.context().signal);
    stop.abort();
    expect((await running).output).toMatch(/stopped \(the edit stands\)\]$/);
  });

  it('matches where the file really is', async () => {
    here.put('src/a.ts');
    symlinkSync(`${here.cwd}/src/a.ts`, `${here.cwd}/link`);
    expect((await write('link', settings({ path: 'src/*.ts', cmd: 'echo "${file}"' }))).output).toContain(`${here.cwd}/src/a.ts\n`);
  });

  it('with them a write is no longer sure to be the same the second time', () => {
    expect(here.tool('write_file').idempotent).toBe(true);
    const edits = settings({ path: '*', cmd: 'x' });
    expect([here.tool('write_file', edits).idempotent, here.tool('create_directory', edits).idempotent]).toEqual([false, true]);
  });

  it('are listed for whoever asks consent', () => {
    expect(postEditsOf([{ path: '*.go', cmd: 'gofmt -w ${file}' }])).toEqual([{ path: '*.go', cmd: 'gofmt -w ${file}' }]);
    expect(postEditsOf(undefined)).toEqual([]);
  });

  it.each([
    ['gofmt', '"post_edit" has to be a list of { path, cmd }'],
    [[{ path: '*.go' }], '"post_edit[0]" needs a "path" and a "cmd"'],
    [[{ path: '*', cmd: 'x' }, 'x'], '"post_edit[1]" needs a "path" and a "cmd"'],
  ])('%j is refused', (raw, message) => {
    expect(() => postEditsOf(raw)).toThrow(ToolsetError);
    expect(() => postEditsOf(raw)).toThrow(message);
  });
});
