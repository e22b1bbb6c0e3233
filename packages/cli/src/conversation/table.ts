import { columns } from '../render/call-words.ts';
import { fitted } from '../render/wrap.ts';
import type { Talk } from './ground.ts';

/** Columns, cut to the window. */
export const table = ({ context, print }: Talk, rows: readonly (readonly string[])[]): void =>
  print(columns(rows).map((line) => fitted(line, context.terminal.columns())));
