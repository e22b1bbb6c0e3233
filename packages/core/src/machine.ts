import type { Clock } from './ports.ts';
import { ModelFailure } from './rules/failure.ts';
import { confirms, doubtOf, drifted, lagged, LOCAL_WORDS, sleptThrough, type Doubt } from './rules/machine.ts';
import type { Target } from './rules/target.ts';

/** An attempt, as far as time is concerned. */
export interface Elapsed {
  readonly target: Target;
  /** Epoch ms. */
  readonly began: number;
  /** Ms since, on a clock that only goes forward. */
  ms(): number;
  /** Whether a repair would change what was sent. */
  readonly mends?: ((repair: string) => boolean) | undefined;
}

/** Errors that wrap errors, this deep at most. */
const DEEP = 8;

/**
 * What this process has met lately that speaks of its machine rather than of a model (kind `local`, field note 20). Shared by all chains
 * that it is given to.
 */
export class Machine {
  readonly #clock: Clock;
  readonly #proxies: ReadonlySet<string>;
  readonly #doubts: Readonly<Record<Doubt, Map<string, number>>> = { name: new Map(), certificate: new Map() };

  /** `proxies`: URLs of the proxies that requests go through. */
  constructor(clock: Clock, proxies: readonly string[] = []) {
    this.#clock = clock;
    this.#proxies = new Set(proxies.map(portOf).filter((port) => port !== ''));
  }

  /** The failure itself, or what it turns out to be. */
  judge(failure: ModelFailure, run?: Elapsed): ModelFailure {
    const { kind, facts } = failure;
    const now = this.#clock.now();
    if (run && sleptThrough(kind, now - run.began, run.ms())) return local(failure, LOCAL_WORDS.slept);
    if (kind !== 'network') return failure;
    if (this.#byProxy(failure)) return local(failure, LOCAL_WORDS.proxy);
    const doubt = doubtOf(kind, facts);
    if (doubt === undefined) return failure;
    const known = this.#doubts[doubt];
    const host = hostOf(failure) ?? run?.target.entry ?? '';
    const blamed = confirms(doubt, known, host, now);
    known.set(host, now);
    return blamed ? local(failure, LOCAL_WORDS[doubt]) : failure;
  }

  /** A host has answered: names can be looked up, and our clock is right. */
  answered(): void {
    const { name, certificate } = this.#doubts;
    if (name.size > 0) name.clear();
    if (certificate.size > 0) certificate.clear();
  }

  /** The connection that was refused was the one to the proxy. */
  #byProxy(failure: ModelFailure): boolean {
    if (this.#proxies.size === 0 || failure.facts.sent) return false;
    return causesOf(failure).some((cause) => this.#proxies.has(String(cause['port'])));
  }
}

const local = (failure: ModelFailure, message: string): ModelFailure =>
  new ModelFailure('local', message, { ...failure.facts, sent: false }, { cause: failure.cause ?? failure });

/** An error, what it wraps, and what that wraps, as far as it can be read. */
function causesOf(error: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const queue = [error];
  while (queue.length > 0 && found.length < DEEP) {
    const next = queue.shift();
    if (typeof next !== 'object' || next === null) continue;
    const one = next as Record<string, unknown>;
    found.push(one);
    queue.push(one['cause'], one['lastError'], ...(Array.isArray(one['errors']) ? one['errors'] : []));
  }
  return found;
}

function hostOf(failure: ModelFailure): string | undefined {
  const causes = causesOf(failure);
  const named = causes.map((cause) => cause['hostname']).find((host) => typeof host === 'string');
  if (named !== undefined) return named as string;
  const url = causes.map((cause) => cause['url']).find((value) => typeof value === 'string');
  return url === undefined ? undefined : (/^\w+:\/\/(?:[^/@]*@)?([^/:?#]+)/.exec(url as string)?.[1] ?? undefined);
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function portOf(proxy: string): string {
  const url = URL.parse(proxy.includes('://') ? proxy : `http://${proxy}`);
  return url === null ? '' : url.port || (DEFAULT_PORTS[url.protocol] ?? '');
}

/** Notices, each time a timer fires, that this process did not run for a while: it lagged, or its machine slept, or its clock was set. */
export class Steadiness {
  readonly #clock: Clock;
  #offset: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.mono();
  }

  /** Once for each disturbance. `late`: ms by which the timer fired too late. After a sleep, connections are as good as dead. */
  disturbed(late: number): 'slept' | 'lagged' | undefined {
    const offset = this.#clock.now() - this.#clock.mono();
    const moved = drifted(offset, this.#offset);
    this.#offset = offset;
    return moved || drifted(late, 0) ? 'slept' : lagged(late) ? 'lagged' : undefined;
  }
}
