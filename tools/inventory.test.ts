import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, textOf } from './source-files.ts';

const DOC = 'docs/coming-from/docker-agent.md';

interface Row {
  readonly ids: readonly string[];
  readonly files: readonly string[];
  /** Words of a test that does not name the ids. */
  readonly words?: string;
}

const rows: readonly Row[] = textOf(DOC)
  .split('\n')
  .flatMap((line) => {
    const [, ids = '', , held = ''] = line.split('|').map((cell) => cell.trim());
    if (!/^[A-Z]\d/.test(ids)) return [];
    const words = /“([^”]+)”/.exec(held)?.[1];
    const files = [...held.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    return [{ ids: ids.split(/,\s*/).flatMap(expanded), files, ...(words !== undefined && { words }) }];
  });

/** `T17–T19` is T17, T18, T19. */
function expanded(written: string): readonly string[] {
  const [, letter = '', from = '', to = from] = /^([A-Z])(\d+)(?:–\1(\d+))?$/.exec(written)!;
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => `${letter}${Number(from) + at}`);
}

/** The rows every version has to hold. */
const FIRST_TIER = 'L1–L12 L16–L19 I1–I18 F1–F32 T1–T8 T10–T12 T16–T35 S1–S5 E1–E5 D1–D7 R1–R2 B1–B2 W1–W3 C1–C13 P1–P4 P6 P11 V1';

describe('the behaviours of docker-agent, and the tests that hold them', () => {
  it.each(rows)('$ids', ({ ids, files, words }) => {
    expect(files.filter((file) => !existsSync(join(ROOT, file)) || !/\.test\.ts$|-contract\.ts$/.test(file))).toEqual([]);
    const text = files.map(textOf).join('\n');
    if (words === undefined) expect(ids.filter((id) => !new RegExp(`['"\`(, ]${id}\\b`).test(text))).toEqual([]);
    else expect(text).toContain(words);
  });

  it('none of the first tier is left out', () => {
    const named = new Set(rows.flatMap(({ ids }) => ids));
    expect(
      FIRST_TIER.split(' ')
        .flatMap(expanded)
        .filter((id) => !named.has(id)),
    ).toEqual([]);
  });
});
