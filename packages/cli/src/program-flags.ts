import { InvalidArgumentError, type Command } from 'commander';
import type { Context, LogLevel } from './context.ts';

/** Flags that every command takes. */
export interface Everywhere {
  readonly state?: string;
  readonly json?: boolean;
  readonly logLevel?: LogLevel;
  readonly color?: boolean;
  readonly config?: string;
}

export const whole = (text: string): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('a whole number above 0 is needed');
  return n;
};

export const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export type Action = (context: Context) => Promise<number>;

export type Perform = (flags: Everywhere, action: Action) => Promise<void>;

export const flagsOf = (command: Command): Everywhere => command.optsWithGlobals();
