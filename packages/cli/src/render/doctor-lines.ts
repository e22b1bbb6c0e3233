import type { Style } from './style.ts';
import { tameLine } from './width.ts';
import { wrapped } from './wrap.ts';

/** One thing that was looked at. */
export interface Check {
  readonly check: 'versions' | 'state' | 'files' | 'keys' | 'endpoints' | 'clock' | 'accounts' | 'health' | 'lanes' | 'prices';
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  /** The way out. */
  readonly way?: string;
  /** It may be well by itself after a while. */
  readonly passing?: true;
}

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const;

/** A line for each check, with the way out below what is not well. */
export function doctorLines(checks: readonly Check[], style: Style, width?: number): readonly string[] {
  const paint = { ok: style.green, warn: style.yellow, fail: style.red };
  const lines = checks.flatMap(({ check, level, what, way }) => {
    const rows = wrapped(tameLine(`${MARKS[level]} ${check.padEnd(9)} ${what}`), width, '            ').split('\n');
    const first = rows[0]!;
    return [
      `${paint[level](first.slice(0, 1))}${first.slice(1)}`,
      ...rows.slice(1),
      ...(way === undefined ? [] : wrapped(`            → ${tameLine(way)}`, width).split('\n')),
    ];
  });
  return [...lines, '', summary(checks)];
}

function summary(checks: readonly Check[]): string {
  const count = (level: Check['level']): number => checks.filter((one) => one.level === level).length;
  const [fails, warnings] = [count('fail'), count('warn')];
  if (fails + warnings === 0) return 'everything is well';
  const parts = [
    ...(fails > 0 ? [`${fails} ${fails === 1 ? 'thing does' : 'things do'} not work`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'thing' : 'things'} to look at`] : []),
  ];
  return parts.join(', ');
}
