import { lined } from '../faults/table.ts';
import type { Row } from './windows.ts';

/** Microseconds of CPU for one request, and requests a second below them. */
export function costTable(rows: readonly Row[], names: readonly string[], md: boolean): string {
  const there = names.filter((name) => rows.some(({ costs }) => costs[name]));
  const cell = (row: Row, name: string) => {
    const cost = row.costs[name];
    return cost ? `${Math.round(cost.cpu)} µs · ${Math.round(cost.perSecond)}/s` : '';
  };
  return lined(
    [
      ['CPU of one request · requests a second', ...there],
      ...rows.map((row) => [`${row.scenario.name}, ${row.concurrency} at a time`, ...there.map((name) => cell(row, name))]),
    ],
    md,
  );
}
