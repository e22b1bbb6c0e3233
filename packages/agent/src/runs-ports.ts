import type { Clock, NewId } from '@holdfast/core';
import type { SessionPorts } from './active-session.ts';
import type { Known } from './known.ts';
import type { Live } from './live.ts';
import type { Identity, Redact, SessionStore } from './ports.ts';
import type { EventRow } from './rules/events.ts';
import type { AgentInfo } from './runtime.ts';

export interface RunsPorts extends Omit<SessionPorts, 'wrote' | 'idle' | 'broke'> {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly identity: Identity;
  readonly redact: Redact;
  readonly live: Live;
  readonly agent: { readonly name: string; readonly file: string; readonly cwd: string };
  readonly team: () => readonly AgentInfo[];
  readonly observe?: (row: EventRow) => void;
  /** After a run of the root has ended; never rejects. */
  readonly after: (session: string, known: Known, first: boolean) => Promise<void>;
}
