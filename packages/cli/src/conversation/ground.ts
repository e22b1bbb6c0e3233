import type { Said } from '@holdfast/agent/engine';
import type { Context } from '../context.ts';
import type { Opened, RuntimeOptions } from '../runtime-setup.ts';

/**
 * What a session at a terminal stands on. A runtime elsewhere has only what is required here: commands that look at this machine's files
 * say so there.
 */
export type Ground = Pick<Opened, 'runtime' | 'view' | 'attended' | 'file' | 'redact'> &
  Partial<Pick<Opened, 'store' | 'keys' | 'beliefs' | 'agent' | 'agents' | 'parts' | 'modelFor'>>;

/** A session at a terminal, as its commands see it. */
export interface Talk {
  readonly context: Context;
  readonly ground: Ground;
  readonly options: RuntimeOptions;
  /** Fires when the command is to end. */
  readonly signal: AbortSignal;
  /** Undefined until something was said. */
  readonly session: string | undefined;
  /** A run or a summary is under way. */
  readonly working: boolean;
  /** Who answers next. */
  readonly agent: string;
  readonly models: ReadonlyMap<string, string>;
  yolo: boolean;
  /** Said to the agent: at once, or when the run under way is over. */
  say(said: Said, agent?: string): Promise<void>;
  steer(said: Said): Promise<void>;
  /** Who answers what is said next. */
  turnTo(agent: string): void;
  choose(agent: string, ref: string | undefined): Promise<void>;
  compact(words: string): Promise<void>;
  /** Goes on with what a run left undone. */
  goOn(): Promise<void>;
  switchTo(session: string | undefined): Promise<void>;
  leave(): void;
  /** Lines of the newest `most` messages, and of all. */
  costs(most: number): readonly string[];
  print(lines: readonly string[]): void;
  remark(text: string): void;
}

/** A command of the session itself. */
export interface Command {
  readonly name: string;
  /** What may be typed after it. */
  readonly rest: string;
  readonly says: string;
  run(talk: Talk, rest: string): Promise<void> | void;
}
