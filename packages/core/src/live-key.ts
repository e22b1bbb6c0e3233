import { orAbort } from './abort.ts';
import type { Clock, Credential, IssuedKey } from './ports.ts';
import { ModelFailure } from './rules/failure.ts';
import { keyOf, RefreshFailure, refreshLabel, pauseIsOver } from './rules/refresh.ts';

export interface LiveKeyPorts {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** Keyed: what is stored of a key (H7). */
  readonly hash: (text: string) => string;
  /** Told of every value before it is used. */
  readonly secret?: ((value: string) => void) | undefined;
}

/** Ms for which a source of keys is waited for. */
const LIMIT = 30_000;
/** Ms for which a call waits to hear whether a refused key is another by now. */
const GLANCE = 250;
/** Ms before its end from which a key is renewed, so that no request is under way with one that has expired. */
const EARLY = 60_000;

/**
 * One key that may change while the process runs, shared by every target that uses it.
 *
 * Y1. The source is asked by one at a time; all who need the key wait for the same answer, each until its own signal fires.
 * Y2. After a refresh that failed there is none for 60 s, then 2 min, 4 min … 10 min; a success forgets the failures.
 * Y3. Whoever was refused a key that is not the current one any more has learned nothing about the current one.
 * Y4. What a source throws never leaves: a label says why there is no key.
 */
export class LiveKey {
  readonly name: string;
  readonly #source: Credential;
  readonly #ports: LiveKeyPorts;
  #value: string | undefined;
  #fingerprint: string | undefined;
  #expiresAt: number | undefined;
  /** The value that was refused last. */
  #refused: string | undefined;
  #missing = false;
  #working: Promise<string> | undefined;
  #failures = 0;
  /** Epoch ms of the last failure. */
  #failedAt = 0;

  /** `name`: for people, `the key of work`. */
  constructor(name: string, source: Credential, ports: LiveKeyPorts) {
    this.name = name;
    this.#source = source;
    this.#ports = ports;
  }

  /** Undefined until the key is known. */
  get fingerprint(): string | undefined {
    return this.#fingerprint;
  }

  fingerprintOf(value: string): string {
    return value === this.#value ? this.#fingerprint! : this.#ports.hash(value);
  }

  /** The key was had at least once, or is known to be missing. */
  get loaded(): boolean {
    return this.#value !== undefined || this.#missing;
  }

  /** The key is refused, or there is none: it should be looked for again before it is used. */
  get failing(): boolean {
    return this.#missing || (this.#refused !== undefined && this.#refused === this.#value);
  }

  /** Whether another try with this key could end otherwise. */
  get mendable(): boolean {
    return this.#value !== undefined && this.#refused !== undefined && (this.#value !== this.#refused || this.#mayRefresh());
  }

  /** The key to send now: renewed first when it is about to expire. Rejects with `auth` when there is none. */
  current(signal: AbortSignal): string | Promise<string> {
    if (this.#missing && this.#source.refresh && !this.#mayRefresh()) return Promise.reject(this.#failure('cooling_down'));
    if (this.#value === undefined) return this.#share(() => this.#first(), signal);
    const now = this.#ports.clock.now();
    if (this.#expiresAt === undefined || now < this.#expiresAt - EARLY || !this.#mayRefresh()) return this.#value;
    const old = this.#value;
    const valid = now < this.#expiresAt;
    return this.#share(() => this.#refresh(), signal).catch((error: unknown) => {
      if (valid && !signal.aborted) return old;
      throw error;
    });
  }

  /** `value` was refused. Where nothing can be refreshed, the source is looked at again: it may hold another key by now. */
  async refused(value: string, signal: AbortSignal): Promise<void> {
    this.#refused = value;
    if (this.#value !== value || this.#source.refresh) return;
    await this.#share(() => this.#first(), signal).catch(() => {});
  }

  /** Another key than the refused one. Rejects with `auth` and the label when there is none. */
  async renew(signal: AbortSignal): Promise<void> {
    if (this.#value !== this.#refused) return;
    if (!this.#mayRefresh()) throw this.#failure('refused');
    await this.#share(() => this.#refresh(), signal);
  }

  /** The server took the key. */
  accepted(value: string): void {
    if (this.#refused === value) this.#refused = undefined;
  }

  /** Before a call, while the key is failing: it is looked for again, and waited for a little; what takes longer goes on beside the call. */
  async look(signal: AbortSignal): Promise<void> {
    if (this.#source.refresh && !this.#mayRefresh()) return;
    await this.#glance(this.#share(() => (this.#source.refresh ? this.#refresh() : this.#first()), signal));
  }

  /** The key is had for the first time; waited for a little, likewise. Never rejects. */
  read(signal: AbortSignal): Promise<void> {
    return this.#glance(Promise.resolve(this.current(signal)));
  }

  #glance(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#ports.clock.after(GLANCE, resolve);
      void work.catch(() => {}).finally(() => (stop(), resolve()));
    });
  }

  #mayRefresh(): boolean {
    return this.#source.refresh !== undefined && pauseIsOver(this.#failures, this.#ports.clock.now() - this.#failedAt);
  }

  #share(work: () => Promise<string>, signal: AbortSignal): Promise<string> {
    this.#working ??= work().finally(() => (this.#working = undefined));
    return orAbort(this.#working, signal);
  }

  async #first(): Promise<string> {
    try {
      return this.#take(await this.#limited((signal) => this.#source.get(signal)));
    } catch (error) {
      throw this.#lost(error);
    }
  }

  async #refresh(): Promise<string> {
    const refused = this.#refused;
    try {
      // Another process may have renewed what they share.
      const shared = await this.#limited((signal) => this.#source.get(signal)).catch(() => undefined);
      const fresh =
        shared !== undefined && keyOf(shared) !== this.#value ? shared : await this.#limited((signal) => this.#source.refresh!(signal));
      if (keyOf(fresh) === refused) throw new RefreshFailure('unchanged');
      this.#failures = 0;
      return this.#take(fresh);
    } catch (error) {
      throw this.#lost(error);
    }
  }

  #take(issued: IssuedKey): string {
    const value = keyOf(issued);
    if (value === undefined) throw new RefreshFailure('empty');
    this.#missing = false;
    this.#expiresAt = typeof issued === 'object' ? issued.expiresAt : undefined;
    if (value === this.#value) return value;
    this.#ports.secret?.(value);
    this.#value = value;
    this.#fingerprint = this.#ports.hash(value);
    return value;
  }

  /** Y2, Y4 */
  #lost(error: unknown): ModelFailure {
    this.#failures += 1;
    this.#failedAt = this.#ports.clock.now();
    if (this.#value === undefined) {
      this.#missing = true;
      // Beliefs about no key are void as soon as there is one (H7).
      this.#fingerprint = this.#ports.hash('');
    }
    return this.#failure(refreshLabel(error));
  }

  #failure(label: string): ModelFailure {
    const verb = this.#value === undefined ? 'could not be had' : 'was refused and could not be renewed';
    return new ModelFailure('auth', `${this.name} ${verb} (${label})`, { code: `key-${label.replaceAll('_', '-')}` });
  }

  /** A source that hangs is left to itself. */
  async #limited(ask: (signal: AbortSignal) => ReturnType<Credential['get']>): Promise<IssuedKey> {
    const limit = new AbortController();
    const stop = this.#ports.clock.after(LIMIT, () => limit.abort(new RefreshFailure('timeout')));
    try {
      return await orAbort(Promise.resolve(ask(limit.signal)), limit.signal);
    } finally {
      stop();
    }
  }
}
