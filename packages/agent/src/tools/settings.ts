import type { McpPorts } from '../mcp/settings.ts';
import type { Tool, Toolset } from '../ports.ts';
import type { BuiltinPorts } from './makers-builtin.ts';

/** A toolset of an agent file, checked: `raw` is what the file says, by Docker's names. */
export interface ToolsetSettings {
  readonly type: string;
  readonly readOnly?: boolean;
  /** Only these, by name. */
  readonly tools?: readonly string[];
  /** Stands beside the tools in the prompt. */
  readonly instruction?: string;
  /** Added to the environment of what it starts. */
  readonly env?: Readonly<Record<string, string>>;
  readonly raw?: Readonly<Record<string, unknown>>;
}

export interface ToolsPorts extends BuiltinPorts {
  /** Real path of the agent's working directory, where its MCP servers run; absent: where this process does. */
  readonly cwd?: string;
  /** For MCP servers; absent: the global one. */
  readonly fetch?: McpPorts['fetch'];
  /** The environment for child processes, without secrets but for the variables named. */
  readonly childEnvironment: (allow: readonly string[]) => Readonly<Record<string, string>>;
  /** Takes secrets out of a text before it is cut. */
  readonly scrub?: (text: string) => string;
  /** How many characters at the end of a text may be the beginning of a secret; absent: those of its last line. */
  readonly unsettled?: (text: string) => number;
}

/** What one toolset of a file came to. */
export interface Made {
  readonly tools?: readonly Tool[];
  /** Tools with a life of their own. */
  readonly toolset?: Toolset;
  /** It has been told what chooses, names and describes its tools. */
  readonly shaped?: true;
  /** What `{ORIGINAL_INSTRUCTIONS}` stands for, of `tools`. */
  readonly instruction?: string;
  /** Ends what its tools started. */
  close?(): Promise<void>;
}

/** Makes what a toolset of one type gives an agent. `beside`: the types of all toolsets of that agent. */
export type Maker = (settings: ToolsetSettings, ports: ToolsPorts, beside: ReadonlySet<string>) => readonly Tool[] | Made;

/**
 * `unserved`: a type of toolset Holdfast does not have. `unknown-tool`, `duplicate-tool`: a name in `tools:` that is none, or two toolsets with
 * the same tool. `settings`: what the file says of it cannot be.
 */
export class ToolsetError extends Error {
  override readonly name = 'ToolsetError';
  readonly kind: 'unserved' | 'unknown-tool' | 'duplicate-tool' | 'settings';
  readonly subject: string;
  readonly nearest: string | undefined;

  constructor(kind: ToolsetError['kind'], subject: string, message: string, near?: string) {
    super(`${message}${near === undefined ? '' : `; did you mean "${near}"?`}`);
    this.kind = kind;
    this.subject = subject;
    this.nearest = near;
  }
}

export const same = (text: string): string => text;
export const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
/** A map of the file; anything else is an empty one. */
export const mapOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
export const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(mapOf(value)).map(([name, text]) => [name, String(text)]));
/** Seconds of the file as they stand in `timeout`. */
export const secondsOf = (value: unknown, otherwise: number): number => (typeof value === 'number' && value > 0 ? value : otherwise);
