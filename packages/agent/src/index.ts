/**
 * An agent runtime whose runs survive outages and restarts. A run is its events: it is loaded by folding them, watched by
 * following them, and resumed by doing first what they say is owed.
 */
export { type Answer } from './answers.ts';
export { agentRuntime, type AgentSettings, type RuntimePorts } from './compose.ts';
export { memorySessions } from './io/sessions-memory.ts';
export { openSqliteSessions, type SqliteSessionsOptions } from './io/sessions-sqlite.ts';
export { writerIdentity } from './io/writer-identity.ts';
export type { LiveEvent, LiveListener } from './live.ts';
export type { Identity, Permit, SessionHead, SessionStore, Tool, Writer } from './ports.ts';
export type { Block, EndFailure, Ending, EventRow, RunEvent, ToolCall } from './rules/events.ts';
export { answerOf, fold, START, type Message, type RunState } from './rules/fold.ts';
export { isSessionError, SessionError, type SessionErrorKind } from './rules/session-error.ts';
export type { Run, RunResult, Runtime } from './runtime.ts';
