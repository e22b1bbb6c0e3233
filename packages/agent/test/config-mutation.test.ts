import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from '../src/config/load.ts';
import { problemLine } from '../src/config/problem.ts';
import { mutantsOf } from './mutants.ts';

const env = () => undefined;
const OWN = join(import.meta.dirname, 'agent-files');
const SHARED = join(import.meta.dirname, '../../../../shared/data/agent-files');

const filesOf = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : []);

function passes(folder: string, name: string): void {
  const { problems, file } = load(readFileSync(join(folder, name), 'utf8'), name, { env });
  expect(problems.filter((problem) => problem.level === 'error').map(problemLine)).toEqual([]);
  expect(file?.agents.size).toBeGreaterThan(0);
}

/** Each mutant is told of at its place, at its level, and says the nearest valid name. */
function mutates(folder: string, name: string): void {
  const text = readFileSync(join(folder, name), 'utf8');
  const mutants = mutantsOf(text);
  expect(mutants.length).toBeGreaterThan(10);
  const before = new Set(load(text, name, { env }).problems.map(problemLine));
  const missed = mutants.filter((mutant) => {
    const { problems } = load(mutant.text, name, { env });
    return !problems.some(
      (problem) =>
        problem.level === mutant.level &&
        mutant.lines.includes(problem.line) &&
        problem.column > 0 &&
        (mutant.column === undefined || problem.column === mutant.column) &&
        (mutant.nearest === undefined || problem.nearest === mutant.nearest) &&
        !before.has(problemLine(problem)),
    );
  });
  expect(missed.map((mutant) => `${mutant.what} (line ${mutant.lines.join('/')})`)).toEqual([]);
}

describe('agent files of our own', () => {
  it.each(filesOf(OWN))('%s passes', (name) => passes(OWN, name));
  it.each(filesOf(OWN))('%s: a wrong type or a reference to nothing is refused, an unknown key is told, each at its place', (name) =>
    mutates(OWN, name),
  );
});

describe.skipIf(!existsSync(SHARED))("Docker's published agent files", () => {
  it.each(filesOf(SHARED))('%s passes', (name) => passes(SHARED, name));
  it.each(filesOf(SHARED))('%s: a wrong type or a reference to nothing is refused, an unknown key is told, each at its place', (name) =>
    mutates(SHARED, name),
  );
});
