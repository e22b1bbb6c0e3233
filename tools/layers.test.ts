import { describe, expect, it } from 'vitest';
import { importsOf } from './imports.ts';
import { codeOf, IMPURE, layerOf, WORLD } from './layers.ts';
import { sources, textOf } from './source-files.ts';

const admits = (may: readonly string[], target: string): boolean =>
  may.some((one) =>
    one.endsWith('/') || one === 'node:' || one.startsWith('packages/')
      ? target.startsWith(one)
      : target === one || target.startsWith(`${one}/`),
  );

describe('layers', () => {
  it.each(sources)('%s keeps to its layer', (file) => {
    const layer = layerOf(file);
    if (!layer) throw new Error(`${file} is in no layer: add it to the table in tools/layers.ts`);
    expect(importsOf(file).filter((target) => !admits(layer.may, target))).toEqual([]);
    const code = codeOf(textOf(file));
    if (layer.pure) expect(code.match(IMPURE)?.[0]).toBeUndefined();
    if (!layer.world) expect(code.match(WORLD)?.[0]).toBeUndefined();
  });

  it.each(sources)('%s does not reach into another package', (file) => {
    const own = file.split('/').slice(0, 3).join('/');
    expect(importsOf(file).filter((target) => target.startsWith('packages/') && !target.startsWith(`${own}/`))).toEqual([]);
  });

  it('the lab never sees the wire code it is the test of', () => {
    expect(sources.filter((file) => file.startsWith('packages/lab/')).flatMap(importsOf)).not.toContain('@holdfast/core/wire');
  });

  it('has no room for odds and ends', () => {
    expect(sources.filter((file) => /\/(utils?|helpers?|common|misc)(\.ts|\/)/.test(file))).toEqual([]);
  });

  it('is a guard that bites', () => {
    expect('const x = Date.now()').toMatch(WORLD);
    expect('async () => 1').toMatch(IMPURE);
    expect(codeOf("// Date.now\nconst a = 'await';")).not.toMatch(IMPURE);
  });
});
