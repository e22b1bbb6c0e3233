/**
 * An agent runtime whose runs survive outages and restarts. A run is its events: it is loaded by folding them, watched by
 * following them, and resumed by doing first what they say is owed.
 */
export type { AgentParts, AgentSettings } from './agent-parts.ts';
export { agentRuntime, type RuntimePorts } from './compose.ts';
export { memorySessions } from './io/sessions-memory.ts';
export { openSqliteSessions, type SqliteSessionsOptions } from './io/sessions-sqlite.ts';
export { writerIdentity } from './io/writer-identity.ts';
export type { LiveEvent, LiveListener } from './live.ts';
export type { Hooks, Permit, Tool, Toolset } from './ports.ts';
export type { RemoteOptions } from './remote/remote-options.ts';
export { remoteRuntime } from './remote/remote-runtime.ts';
export type { Answer, Block, EndFailure, ToolCall } from './rules/event-data.ts';
export type { Ending, EventRow, RunEvent } from './rules/events.ts';
export { answerOf, fold } from './rules/fold.ts';
export { START, type Message, type RunState } from './rules/run-state.ts';
export { isSessionError, SessionError, type SessionErrorKind } from './rules/session-error.ts';
export type { Run, RunResult, Runtime } from './runtime.ts';
export type { Identity, SessionHead, SessionStore, Writer } from './store-ports.ts';
export { runTelemetry, type TelemetryOptions } from './telemetry.ts';
