import type { Environment } from '@holdfast/core';

export interface AskOptions {
  /** What was typed before the question was there is dropped. */
  readonly fresh?: boolean;
}

/** What a keyboard is opened with. Nothing here may wait. */
export interface KeyboardOptions {
  /** Earlier messages, the newest first. */
  readonly history: readonly string[];
  remember(text: string): void;
  /** What a tab completes a line to, and which part of the line that is. */
  complete(line: string): [string[], string];
  /** A message was entered. */
  line(text: string): void;
  /** Ctrl-D. */
  end(): void;
  /** A line of the user's stands where output was: what is above it cannot be changed any more. */
  parted(): void;
}

/** A line editor for a whole session; meanwhile `ask` asks through it, and output waits for whoever types. */
export interface Keyboard extends Disposable {
  /** Waits for a message behind this prompt; undefined: a run works, and what is typed meanwhile is a message too. */
  wait(prompt: string | undefined): void;
}

/** The terminal a command talks to. Results go to `out`, everything else to `err`. */
export interface Terminal {
  readonly outIsTty: boolean;
  readonly inIsTty: boolean;
  readonly errIsTty: boolean;
  readonly color: boolean;
  columns(): number;
  rows(): number;
  out(text: string): void;
  err(text: string): void;
  /** One line typed by the user; undefined when the input has ended. Rejects when the signal fires. */
  ask(question: string, signal: AbortSignal, options?: AskOptions): Promise<string | undefined>;
  /** Takes the keyboard until it is disposed. */
  keyboard(options: KeyboardOptions): Keyboard;
  /** All of stdin, for `-`. */
  input(signal: AbortSignal): Promise<string>;
}

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What every command gets. Built once, in `main.ts`. */
export interface Context {
  readonly terminal: Terminal;
  readonly env: Environment;
  /** The whole environment, for child processes; redacted by whoever starts one. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The state folder's path; it may not exist yet. */
  readonly state: string;
  /** The file of `--config`, or `holdfast.yaml` here, which need not exist. */
  readonly config?: { readonly file: string; readonly named: boolean };
  readonly json: boolean;
  /** What stderr says of a run that nobody watches. */
  readonly logLevel: LogLevel;
  /** How this command was called: the beginning of a command to type. */
  readonly program: string;
  /** Flags of this call that say where things are, to be repeated in a command to type. */
  readonly where: readonly string[];
  /** Fires on Ctrl-C and on SIGTERM. */
  readonly signal: AbortSignal;
  /** Until disposed the next Ctrl-C does this instead, once. */
  softened(stop: () => void): Disposable;
  /** Until disposed SIGHUP does this instead of ending the command. */
  hungUp(instead: () => void): Disposable;
}

/** Exit codes, as documented. */
export const EXIT = { done: 0, failed: 1, usage: 2, busy: 4, tryLater: 75, interrupted: 130, terminated: 143 } as const;

/** A mistake of the user's or of the surroundings: one message with the way out, and an exit code; never a stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exit: number;

  constructor(exit: number, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.exit = exit;
  }
}
