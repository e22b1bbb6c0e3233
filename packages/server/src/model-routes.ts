import type { AgentFile } from '@holdfast/agent/engine';
import type {
  AffinityStore,
  BudgetStore,
  Clock,
  Credential,
  Emit,
  Environment,
  HealthStore,
  KeySource,
  MovingStore,
  NewId,
  Random,
  ResolvedProvider,
} from '@holdfast/core/engine';
import type { ClientError } from '@holdfast/core/wire';
import type { Route } from './ports.ts';
import type { RateLimits } from './operations/rate-limits.ts';

/** What routes that ask models are built from. The stores are shared by every process of the state folder. */
export interface GatewayParts {
  /** As it is now; a later one comes through `apply`. */
  readonly file: AgentFile;
  readonly env: Environment;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  /** How this process is named in leases. */
  readonly owner: string;
  readonly health: HealthStore;
  readonly affinity: AffinityStore;
  readonly moving: MovingStore;
  readonly budgets: BudgetStore;
  readonly rates: RateLimits;
  /** Keyed with the secret of the state folder. */
  readonly hash: (text: string) => string;
  /** Records, metrics, `/api/calls/stream`, stderr. */
  readonly emit: Emit;
  readonly secret: (name: string, value: string) => void;
  readonly scrub: <T>(fact: T) => T;
  readonly keySource: (source: KeySource) => Credential;
  /** Rejects with the way out where what the file does needs a consent that nobody gave. */
  readonly consent: (providers: readonly ResolvedProvider[]) => Promise<void>;
  /** The state folder. */
  readonly state: string;
  /** One line for people, on stderr. */
  readonly say: (line: string) => void;
}

/** Routes for `/v1`, open. */
export interface OpenRoutes {
  readonly routes: readonly Route[];
  /** The body of an error in the protocol that is spoken at `path`; undefined: none is. */
  errorBody?(path: string, error: ClientError): string | undefined;
  /** From now on this file; calls under way keep what they began with. Rejects where it cannot be served: then nothing has changed. */
  apply(file: AgentFile): Promise<void>;
  close(): Promise<void>;
}

export type ModelRoutes = (parts: GatewayParts) => Promise<OpenRoutes>;
