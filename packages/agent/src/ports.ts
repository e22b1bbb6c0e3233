import type { Attachment, Elicitation, ProcessStamp, RunEvent, SessionRules } from './rules/events.ts';
import type { HookEvent, HookInput, HookOutcome } from './rules/hook-types.ts';

export type * from './store-ports.ts';

/** One thing a model may call. Plain data; what it does is beside it in `Tool`. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments: an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Reads only: within the working directory it needs no question. */
  readonly readOnly: boolean;
  /** May run again with the same call id without harm: resumed without a question. */
  readonly idempotent: boolean;
  /** Never runs beside another call of the same reply. */
  readonly sequential: boolean;
  /** The loop detector does not count it: it looks whether something else is done. */
  readonly polling?: boolean;
  /** Which model answers next when this tool was called: a reference of the agent file. */
  readonly model?: string;
  /** What kind of toolset it is of, for hooks and displays (`filesystem`, `mcp` …). */
  readonly category?: string;
  /** Ms it may run before it is stopped; absent: as long as it takes. A tool with a limit of its own says nothing here. */
  readonly timeout?: number;
}

/** What permission rules look at: paths a call touches, the command it runs. */
export interface Touches {
  /** Real, absolute paths. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly command?: string;
}

export interface ToolContext {
  /** The call id: the idempotency key. */
  readonly id: string;
  /** Real path of the working directory. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly session: string;
  /** The agent that calls, and its path. */
  readonly agent: string;
  readonly path: readonly string[];
  /** Output as it comes, for eyes only. */
  live(text: string): void;
  /** Asks the user, under an id, and waits. With nobody there: declined at once. */
  elicit(ask: Elicitation): Promise<Elicited>;
}

/** What became of an elicitation, by MCP's names. */
export interface Elicited {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Readonly<Record<string, unknown>>;
}

export interface ToolOutput {
  /** The whole text: what is too long for a model is cut, and kept in a file, by who called. */
  readonly output: string;
  readonly failed: boolean;
  /** Pictures and other files for the model to see. */
  readonly files?: readonly Attachment[];
  /** Facts to be recorded with the result: a handoff, a choice of model, tools that were added. */
  readonly events?: readonly RunEvent[];
}

/** A call ready to go. Nothing with an effect has happened yet. */
export interface Prepared {
  /** Set when a process waits, held, for its start byte. */
  readonly process?: ProcessStamp;
  run(): Promise<ToolOutput>;
  /** Lets go of what was prepared without running it; a held process exits. */
  drop(): void;
}

/** A tool that a model may call. It may reject: the message of its error is told to the model. */
export interface Tool extends ToolSpec {
  /** Resolves paths and the command of one call. Throws a plain Error whose message goes to the model when the arguments are wrong. */
  touches(input: Readonly<Record<string, unknown>>, context: ToolContext): Promise<Touches>;
  prepare(input: Readonly<Record<string, unknown>>, context: ToolContext): Promise<Prepared>;
}

/**
 * Tools with a life of their own. Its tools may change between turns; what fails to start is said once and tried again before the next
 * model call, and the run goes on without it.
 */
export interface Toolset {
  /** For messages: `mcp "github"`. */
  readonly name: string;
  /** Docker's `instruction` for the prompt, `{ORIGINAL_INSTRUCTIONS}` already filled in; known once it has started. */
  instruction?(): string | undefined;
  /** Starts it if it is not up, and answers its tools as they are now. Single-flight. Rejects with a plain Error that names what failed. */
  tools(signal: AbortSignal): Promise<readonly Tool[]>;
  /** Its tools are found by `search_tool` and got by `add_tool`. */
  readonly deferred?: boolean;
  /** Prompts a user can call as commands. */
  prompts?(signal: AbortSignal): Promise<readonly ToolsetPrompt[]>;
  /** Ends what it started. */
  close(): Promise<void>;
}

export interface ToolsetPrompt {
  readonly name: string;
  readonly description?: string;
  readonly arguments: readonly { readonly name: string; readonly description?: string; readonly required?: boolean }[];
  /** The text to be said to the model. Rejects with a plain Error. */
  text(given: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string>;
}

/** Runs the hooks of an agent. Never rejects but for a stop: what a hook does wrong is in the outcome. */
export interface Hooks {
  has(event: HookEvent): boolean;
  run(event: HookEvent, input: HookInput, signal: AbortSignal): Promise<HookOutcome>;
}

/** A call whose arguments were read and whose paths and command are known: what permission rules judge. */
export interface PermitAsk {
  readonly tool: ToolSpec;
  readonly input: Readonly<Record<string, unknown>>;
  readonly touches: Touches;
  /** Tools and patterns the user allowed for the rest of the session. */
  readonly allowed: ReadonlySet<string>;
  /** The user allowed everything that no rule denies, for the rest of the session. */
  readonly allowAll?: boolean;
  readonly session?: SessionRules;
  /** Whoever it works for may change nothing. */
  readonly readOnly?: boolean;
  /** Somebody is there to be asked. */
  readonly attended: boolean;
  /** What a hook said of it, before the rules: it can deny and ask, and allow what nothing else denies or asks about. */
  readonly hook?: { readonly decision: 'allow' | 'deny' | 'ask'; readonly reason?: string; readonly preempts?: boolean };
}

export type Judgement =
  /** `by`: who allowed it, for the log of decisions. */
  | { readonly do: 'run'; readonly by?: string }
  /** `output` is what the model is told. */
  | { readonly do: 'refuse'; readonly output: string; readonly by?: string }
  | { readonly do: 'ask'; readonly reason: string };

/** Judges a tool call before it runs: allow, deny, or ask the user. Pure: the same call is judged the same way. */
export type Permit = (ask: PermitAsk) => Judgement;

/** Kills the process group of a stamp if it still lives, and answers whether it did. */
export type Reap = (stamp: ProcessStamp) => Promise<boolean>;

/** Replaces every known secret in plain data; what holds none comes back as it is. */
export type Redact = <T>(data: T) => T;
