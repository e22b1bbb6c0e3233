import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { textOf } from './source-files.ts';

/** Names a package may offer with a promise. */
const MOST = 40;

const parsed = (file: string): ts.SourceFile => ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);

const namesOf = ({ exportClause }: ts.ExportDeclaration): readonly string[] =>
  exportClause && ts.isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name.text) : [];

/** The doc comment of `name` where it is declared, however often it is handed on. */
function docOf(file: string, name: string): string | undefined {
  const tree = parsed(file);
  for (const statement of tree.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier && namesOf(statement).includes(name))
      return docOf(join(dirname(file), (statement.moduleSpecifier as ts.StringLiteral).text), name);
    const declared = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map((one) => one.name.getText(tree))
      : [(statement as ts.DeclarationStatement).name?.getText(tree)];
    if (declared.includes(name))
      return ts
        .getJSDocCommentsAndTags(statement)
        .map((one) => one.getText(tree))
        .join('\n');
  }
  return undefined;
}

describe.each(['core', 'agent'])('the public names of @holdfast/%s', (name) => {
  const file = `packages/${name}/src/index.ts`;
  const names = parsed(file).statements.filter(ts.isExportDeclaration).flatMap(namesOf);

  it(`are ${MOST} at most, each once`, () => {
    expect(names.length).toBeGreaterThan(5);
    expect(names.length).toBeLessThanOrEqual(MOST);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(names)('%s has a doc comment', (one) => {
    expect(docOf(file, one) ?? '').toMatch(/^\/\*\*[\s\S]{10,}/);
  });
});
