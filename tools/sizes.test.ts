import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { layerOf } from './layers.ts';
import { sources, textOf } from './source-files.ts';

/** Lines a file may have. Data tables may be long; a rule is read as a whole, so it is short. */
const limitOf = (file: string): number => {
  if (file.endsWith('.data.ts')) return Infinity;
  if (file.includes('/testing/')) return 300;
  return layerOf(file)?.pure ? 150 : 200;
};

/** Lines a function may have at most; 40 is the aim. */
const LONGEST = 60;
const AIM = 40;

function functionsOf(file: string): readonly { readonly name: string; readonly lines: number }[] {
  const tree = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);
  const found: { name: string; lines: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const line = (at: number): number => tree.getLineAndCharacterOfPosition(at).line;
      const name = node.name?.getText(tree) ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name.getText(tree) : 'anonymous');
      found.push({ name, lines: line(node.getEnd()) - line(node.getStart(tree)) + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

describe('sizes', () => {
  it.each(sources)('%s is short', (file) => {
    expect(textOf(file).trimEnd().split('\n').length).toBeLessThanOrEqual(limitOf(file));
    if (file.endsWith('.data.ts') || file.includes('/testing/')) return;
    expect(functionsOf(file).filter(({ lines }) => lines > LONGEST)).toEqual([]);
  });

  it(`95 % of functions have ${AIM} lines or less`, () => {
    const all = sources.filter((file) => !file.endsWith('.data.ts') && !file.includes('/testing/')).flatMap(functionsOf);
    expect(all.filter(({ lines }) => lines > AIM).length).toBeLessThanOrEqual(all.length * 0.05);
  });
});
