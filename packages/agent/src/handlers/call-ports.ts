import type { Clock } from '@holdfast/core';
import type { Prepared, Redact, Tool, ToolContext } from '../ports.ts';
import type { RunEvent, ToolCall } from '../rules/events.ts';
import type { Inquiry } from '../rules/run-state.ts';
import type { Allowed } from '../rules/world.ts';
import type { Scope } from '../scope.ts';
import type { Judged } from './judged.ts';
import type { Asking } from './asking.ts';

export interface CallPorts extends Scope {
  /** Of the agent that calls. */
  readonly tools: ReadonlyMap<string, Tool>;
  readonly agent: string;
  readonly judged: Judged;
  readonly clock: Clock;
  readonly attended: boolean;
  readonly redact: Redact;
  readonly keepOutput?: (session: string, call: string, text: string) => Promise<string>;
  readonly context: (agent: string, call: ToolCall, signal: AbortSignal, ask?: ContextAsk) => ToolContext;
  readonly record: (events: readonly RunEvent[]) => Promise<void>;
}

/** What a call that runs needs beside one that is only looked at. */
export interface ContextAsk {
  readonly record: (events: readonly RunEvent[]) => Promise<void>;
  /** What the user was asked by it before a restart, and said. */
  readonly before: readonly Inquiry[];
  /** Its signal fires when the call is over: then nothing can be asked. */
  readonly asking: Asking;
}

export type Result = RunEvent & { readonly type: 'tool-result' };

/** A result, what is recorded with it, and why a hook ends the run after it. */
export interface Landed {
  readonly result: Result;
  readonly events: readonly RunEvent[];
  readonly halt?: string;
}

export interface Ready {
  readonly call: ToolCall;
  readonly held: Prepared;
  readonly tool: Tool;
  readonly input: Readonly<Record<string, unknown>>;
  readonly allowed?: Allowed;
  /** Let go of when the call is over. */
  readonly asking: Asking;
}
