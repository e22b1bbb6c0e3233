import { describe, expect, it } from 'vitest';
import { checkReport } from './check.ts';
import type { Problem } from './problem.ts';

const problem = (level: Problem['level'], line = 3): Problem => ({
  level,
  file: 'a.yaml',
  line,
  column: 7,
  path: 'agents.root',
  message: 'is odd',
  nearest: 'even',
  wayOut: 'look again',
});

describe('the report of config check', () => {
  it.each<[string, readonly Problem[], 0 | 2, string]>([
    ['nothing', [], 0, 'a.yaml: ok'],
    ['a warning', [problem('warning')], 0, 'a.yaml: ok, 1 warning'],
    ['an error', [problem('error'), problem('warning'), problem('warning')], 2, 'a.yaml: 1 error, 2 warnings'],
  ])('%s', (_what, problems, exitCode, last) => {
    const report = checkReport([{ file: 'a.yaml', problems }]);
    expect(report.exitCode).toBe(exitCode);
    expect(report.lines.at(-1)).toBe(last);
    expect(report.lines).toHaveLength(problems.length + 1);
    expect(report.json.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([...problems.map(() => 'problem'), 'file']);
  });

  it('a line says where, what, the nearest and the way out', () => {
    const { lines, json } = checkReport([{ file: 'a.yaml', problems: [problem('error')] }]);
    expect(lines[0]).toBe('a.yaml:3:7: error: agents.root: is odd; did you mean "even"?; look again');
    expect(JSON.parse(json[0] ?? '')).toMatchObject({ file: 'a.yaml', line: 3, column: 7, nearest: 'even', wayOut: 'look again' });
  });

  it('a file nothing was read of has no place in it', () => {
    expect(checkReport([{ file: 'a.yaml', problems: [problem('error', 0)] }]).lines[0]).toMatch(/^a\.yaml: error: /);
  });

  it('one invalid file among many decides', () => {
    const files = [
      { file: 'a.yaml', problems: [problem('error')] },
      { file: 'b.yaml', problems: [] },
    ];
    expect(checkReport(files)).toMatchObject({ exitCode: 2 });
    expect(checkReport(files).lines.at(-1)).toBe('b.yaml: ok');
  });
});
