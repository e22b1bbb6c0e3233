import { describe, expect, it } from 'vitest';
import { parseTree } from './tree.ts';
import type { TreeNode } from './tree.ts';

const plain = (node: TreeNode | undefined): unknown => {
  if (node === undefined || node.kind === 'null') return null;
  if (node.kind === 'map') return Object.fromEntries([...node.entries.values()].map((entry) => [entry.key, plain(entry.node)]));
  return node.kind === 'list' ? node.items.map(plain) : node.value;
};

describe('a YAML text as a tree', () => {
  it.each([
    ['a tab indents', 'a:\n\tb: 1\n', 2, 1, /tab/i, 'indent with spaces'],
    ['a quote stays open', 'a: "b\nc: 1\n', 3, 1, /YAML/, undefined],
    ['a bracket stays open', 'a: [1, 2\n', 2, 1, /YAML/, undefined],
    ['two colons', 'a: b: c\n', 1, 4, /YAML/, undefined],
    ['a reserved sign', 'a: @b\n', 1, 4, /YAML/, 'put the value in quotes'],
    ['a second document', 'a: 1\n---\nb: 2\n', 2, 1, /second document/, 'keep one document a file; remove the "---" line'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 3, 1, /"a" stands here a second time; the first is on line 1/, 'keep one of them'],
    ['a list as a key', '? [a]\n: 1\n', 1, 3, /key must be a word/, undefined],
    ['an alias of nothing', 'a: *b\n', 1, 4, /b/, undefined],
    ['an alias within itself', 'a: &x\n  b: *x\n', 2, 6, /contains itself/, undefined],
    ['a merge of text', 'a:\n  <<: word\n', 2, 3, /"<<" takes a map/, undefined],
  ])('%s: refused at its place', (_what, text, line, column, message, wayOut) => {
    const [fault] = parseTree(text).faults;
    expect(fault).toMatchObject({ level: 'error', line, column, message: expect.stringMatching(message) });
    if (wayOut !== undefined) expect(fault?.wayOut).toBe(wayOut);
  });

  it.each([
    ['a first line for the shell', '#!/usr/bin/env holdfast run\na: 1\n', { a: 1 }],
    ['a document mark', '---\na: 1\n...\n', { a: 1 }],
    ['no line break at the end', 'a: 1', { a: 1 }],
    ['line breaks of another system', 'a: 1\r\nb:\r\n  - 2\r\n', { a: 1, b: [2] }],
    ['keys that are numbers', '1: x\ntrue: y\n', { '1': 'x', true: 'y' }],
    ['an anchor used twice', 'a: &x [1]\nb: *x\nc: *x\n', { a: [1], b: [1], c: [1] }],
    ['a merge: own keys win (T2)', 'a: &x { p: 1, q: 2 }\nb:\n  <<: *x\n  q: 3\n', { a: { p: 1, q: 2 }, b: { q: 3, p: 1 } }],
    [
      'a merge of several: the first wins',
      'a: &x { p: 1 }\nb: &y { p: 2, q: 2 }\nc:\n  <<: [*x, *y]\n',
      { a: { p: 1 }, b: { p: 2, q: 2 }, c: { p: 1, q: 2 } },
    ],
    ['"<<" in quotes is a key', 'a:\n  "<<": word\n', { a: { '<<': 'word' } }],
    ['words that were booleans once', 'a: yes\nb: off\n', { a: 'yes', b: 'off' }],
    ['JSON', '{"a": [1, null, {"b": "c"}]}', { a: [1, null, { b: 'c' }] }],
  ])('%s: read', (_what, text, value) => {
    const { root, faults } = parseTree(text);
    expect(faults).toEqual([]);
    expect(plain(root)).toEqual(value);
  });

  it('T1: aliases that stand for millions of values are refused before anybody walks them', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++)
      bomb.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    const { faults } = parseTree(bomb.join('\n'));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ level: 'error', line: 5, message: expect.stringContaining('100000 values') });
  });

  it.each([
    ['open', '['.repeat(200_000)],
    ['closed', '['.repeat(3000) + ']'.repeat(3000)],
    ['by indentation', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('T3: a nest too deep is refused (%s)', (_what, text) => {
    expect(parseTree(text).faults[0]?.message).toMatch(/nested too deeply|not valid YAML/);
  });

  it('every node knows its line and column', () => {
    const { root } = parseTree('a:\n  - b: 1\n    c: [x, yy]\n');
    const list = root?.kind === 'map' ? root.entries.get('a')?.node : undefined;
    const item = list?.kind === 'list' ? list.items[0] : undefined;
    const entry = item?.kind === 'map' ? item.entries.get('c') : undefined;
    expect([list?.at, item?.at, entry?.at]).toEqual([
      { line: 2, column: 3 },
      { line: 2, column: 5 },
      { line: 3, column: 5 },
    ]);
    expect(entry?.node.kind === 'list' ? entry.node.items[1]?.at : undefined).toEqual({ line: 3, column: 12 });
  });
});
