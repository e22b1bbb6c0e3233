import { expect, it } from 'vitest';
import { importsOf } from './imports.ts';
import { sources } from './source-files.ts';

/** The first circle of imports, as the files on it. */
function circle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      const found = visit(target);
      if (found) return found;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = visit(file);
    if (found) return found;
  }
  return undefined;
}

it('no file imports itself by a detour', () => {
  const graph = new Map(sources.map((file) => [file, importsOf(file).filter((target) => target.startsWith('packages/'))]));
  expect(circle(graph)).toBeUndefined();
});

it('finds a circle where there is one', () => {
  expect(
    circle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b', 'c', 'b']);
});
