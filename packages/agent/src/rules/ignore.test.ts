import { describe, expect, it } from 'vitest';
import { isIgnored, pathGlob, readIgnore } from './ignore.ts';

describe('path globs', () => {
  it.each([
    ['*.ts', 'a.ts', true],
    ['*.ts', 'src/deep/a.ts', true],
    ['*.ts', 'a.tsx', false],
    ['*.TS', 'a.ts', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/deep/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/x/y/a.ts', true],
    ['**/test', 'a/b/test', true],
    ['./src/*', 'src/a', true],
    ['/build', 'build', true],
    ['/build', 'a/build', false],
    ['*.{ts,tsx}', 'a/b.tsx', true],
    ['*.{ts,tsx}', 'a/b.js', false],
    ['file?.[ab]', 'file1.a', true],
    ['file?.[!ab]', 'file1.a', false],
  ])('%s on %s: %s', (pattern, path, yes) => expect(pathGlob(pattern)(path)).toBe(yes));

  it('G1: a pattern made of stars does not hang', () => {
    expect(pathGlob(`${'*a'.repeat(40)}b`)('a'.repeat(5000))).toBe(false);
    expect(pathGlob(`${'**/'.repeat(40)}b`)(Array.from({ length: 2000 }, () => 'a').join('/'))).toBe(false);
  });
});

describe('.gitignore', () => {
  const rules = readIgnore('# comment\n\ndist/\n*.log\n!keep.log\n/root-only\n\\#odd\nspaced \n');
  it.each([
    ['dist', true, true],
    ['dist', false, undefined],
    ['a/dist', true, true],
    ['x.log', false, true],
    ['keep.log', false, false],
    ['root-only', false, true],
    ['a/root-only', false, undefined],
    ['#odd', false, true],
    ['spaced', false, true],
    ['src', true, undefined],
  ])('%s (folder: %s): %s', (path, folder, ignored) => expect(isIgnored(rules, path, folder)).toBe(ignored));
});
