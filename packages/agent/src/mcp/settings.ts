import type { Clock } from '@holdfast/core';
import type { RestartPolicy } from '../rules/mcp-restart.ts';

/** One MCP server of an agent file, settled: variables replaced, consent given, paths real. */
export interface McpSettings {
  /** What messages call it; without it the program or the host. */
  readonly label?: string;
  readonly server: McpProgram | McpRemote;
  /** Docker's `name`: goes before the name of each tool. */
  readonly prefix?: string;
  /** Only these tools. */
  readonly tools?: readonly string[];
  /** Only tools that say they change nothing. */
  readonly readOnly?: boolean;
  readonly instruction?: string;
  /** Which model answers after a call of its tools. */
  readonly model?: string;
  readonly deferred?: boolean;
  /** Ms a call may take, not counting the time a user is asked; absent: as long as it takes. */
  readonly callMs?: number;
  /** Ms to its first answer; absent: 30 s. */
  readonly startMs?: number;
  /** Absent: 5 restarts after 1, 2, 4, 8, 16 s. */
  readonly restarts?: RestartPolicy;
}

/** A program that is spoken to on its stdin and stdout. */
export interface McpProgram {
  readonly kind: 'program';
  readonly command: string;
  readonly args: readonly string[];
  /** Added to its environment, which holds no secrets but these. */
  readonly env: Readonly<Record<string, string>>;
  /** Real path. */
  readonly cwd: string;
}

export interface McpRemote {
  readonly kind: 'remote';
  readonly url: string;
  /** Absent: streamable HTTP, and the old kind when the server does not know it. */
  readonly transport?: 'streamable' | 'sse';
  readonly headers: Readonly<Record<string, string>>;
}

export interface McpPorts {
  readonly clock: Clock;
  /** The environment for child processes, without secrets but for the variables named. */
  readonly childEnvironment: (allow: readonly string[]) => Readonly<Record<string, string>>;
  /** Takes secrets out of a text. */
  readonly scrub: (text: string) => string;
  /** Without limits on how long a body may be silent: a call may take its time. Absent: the global one, which gives up after 5 minutes. */
  readonly fetch?: (input: string | URL, init?: RequestInit) => Promise<Response>;
}

/** Ms to the first answer of a server, and to a list of what it has. */
export const LIMITS = { start: 30_000, list: 10_000, prompt: 30_000 } as const;

/** For messages: `mcp "github"`. */
export function nameOf({ label, server }: McpSettings): string {
  const own =
    server.kind === 'program' ? server.command.split('/').at(-1) : URL.canParse(server.url) ? new URL(server.url).host : server.url;
  return `mcp "${label ?? own}"`;
}
