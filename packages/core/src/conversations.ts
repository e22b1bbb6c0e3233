import type { Answer, CallOptions, Chain } from './chain-spec.ts';
import type { AffinityStore, Clock, HealthStore, MaybePromise } from './ports.ts';
import { placeOf, returns, stays, type Kept, type ReturnToPrimary, type Staying } from './rules/affinity.ts';
import type { Beliefs } from './rules/belief.ts';
import { fit } from './rules/fit.ts';
import { keyGroups, rankedBy, rankIn } from './rules/key-order.ts';
import type { CallRecord } from './rules/record.ts';
import { scopesOf } from './rules/scope.ts';
import type { RequestFacts, Target } from './rules/target.ts';

export interface ConversationPorts {
  readonly clock: Clock;
  readonly health: HealthStore;
  /** Keys what is stored: a conversation cannot be read from its key. */
  readonly hash: (text: string) => string;
  /** Without it nothing is remembered between calls. */
  readonly affinity?: AffinityStore | undefined;
}

/** What a conversation is known by in requests of one kind (P8). */
export interface ConversationOf<Q> {
  text(request: Q, session: string | undefined): string | undefined;
  /** Ms for which its cache is warm. */
  warmth(request: Q): number;
}

/** Ms for which a call waits to hear where its conversation was answered. */
const PATIENCE = 50;

const IN_ORDER = (place: number): number => place;

interface Found {
  readonly place: number;
  readonly kept?: Kept;
}

/**
 * A chain that keeps each conversation where it was answered (P8), and spreads conversations over the keys of a model.
 *
 * V1. Only what differs from the chain's own order is remembered: a healthy chain writes nothing and, with one key a model, reads nothing.
 * V2. The store is asked once before a call and told once after it; one that fails, hangs or forgets stops no call.
 * V3. `keep` and `order` prefer. Whoever rests, does not fit or fails is passed over as ever.
 */
export function remembering<Q, P>(
  chain: Chain<Q, P>,
  policy: ReturnToPrimary,
  ports: ConversationPorts,
  of: ConversationOf<Q>,
): Chain<Q, P> {
  return chain.targets.length < 2 ? chain : new Conversations(chain, policy, ports, of);
}

class Conversations<Q, P> implements Chain<Q, P> {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly #chain: Chain<Q, P>;
  readonly #of: ConversationOf<Q>;
  readonly #policy: ReturnToPrimary;
  readonly #ports: ConversationPorts;
  readonly #groups: readonly (readonly number[])[];
  /** For requests that belong to no conversation: when each key was last taken. */
  readonly #taken = new Map<string, number>();
  #takes = 0;

  constructor(chain: Chain<Q, P>, policy: ReturnToPrimary, ports: ConversationPorts, of: ConversationOf<Q>) {
    this.#of = of;
    this.name = chain.name;
    this.targets = chain.targets;
    this.#chain = chain;
    this.#policy = policy;
    this.#ports = ports;
    this.#groups = keyGroups(chain.targets);
  }

  /** The common call is let through at once: the chain's order, and nothing remembered of anybody. */
  call(request: Q, facts: RequestFacts, options: CallOptions): Promise<Answer<P>> {
    const { affinity } = this.#ports;
    const nothing = this.#groups.length === 0 && options.keep === undefined && (!affinity || affinity.empty?.() === true);
    if (!nothing) return this.#placed(request, facts, options);
    const ended =
      affinity && ((record: CallRecord): void => this.#ended(record, IN_ORDER, false, request, options, this.#keyOf(request, options)));
    return this.#chain.call(request, facts, ended ? { ...options, ended } : options);
  }

  async #placed(request: Q, facts: RequestFacts, options: CallOptions): Promise<Answer<P>> {
    const text = this.#groups.length > 0 ? this.#of.text(request, options.session) : undefined;
    const order = this.#groups.length > 0 ? this.#ranked(text) : undefined;
    const rank = (place: number): number => rankIn(order, place);
    const key = this.#keyOf(request, options);
    const found = (await this.#look(key)) ?? this.#said(facts, options);
    const staying = found && rank(found.place) > 0 ? await this.#staying(found, facts, rank) : undefined;
    const keep = found && staying !== undefined && staying !== 'returned' ? this.#named(found.place) : undefined;
    const { keep: _said, ...own } = options;
    return this.#chain.call(request, facts, {
      ...own,
      ...(keep && { keep }),
      ...(order && { order }),
      ...(staying !== undefined && { marks: [staying] }),
      ended: (record) => this.#ended(record, rank, found?.kept !== undefined, request, options, key),
    });
  }

  #named(place: number): NonNullable<CallOptions['keep']> {
    return { place, ref: this.targets[place]!.ref };
  }

  /** Rendezvous hashing over the keys of each model; least recently taken where there is no conversation. */
  #ranked(text: string | undefined): readonly number[] {
    const { hash } = this.#ports;
    const credential = (place: number): string => this.targets[place]!.credential;
    const weight = (place: number): string | number =>
      text === undefined ? -(this.#taken.get(credential(place)) ?? 0) : hash(`${credential(place)} ${text}`);
    const ranks = rankedBy(this.targets.length, this.#groups, weight);
    if (text === undefined)
      for (const group of this.#groups) {
        const taken = group.reduce((best, place) => (ranks[place]! < ranks[best]! ? place : best));
        this.#taken.set(credential(taken), ++this.#takes);
      }
    return ranks;
  }

  /** Read and hashed once, when it is first asked for. */
  #keyOf(request: Q, options: CallOptions): () => string | undefined {
    let known: { readonly key: string | undefined } | undefined;
    return () => (known ??= { key: this.#key(request, options) }).key;
  }

  #key(request: Q, { session, caller = '' }: CallOptions): string | undefined {
    const text = this.#policy === 'never' ? '' : this.#of.text(request, session);
    const whose = this.#policy === 'never' ? '' : caller;
    return text === undefined ? undefined : this.#ports.hash(JSON.stringify(['conversation', this.name, whose, text]));
  }

  async #look(keyOf: () => string | undefined): Promise<Found | undefined> {
    const { affinity } = this.#ports;
    if (!affinity || affinity.empty?.()) return undefined;
    const key = keyOf();
    if (key === undefined) return undefined;
    const kept = await this.#soon(() => affinity.read(key));
    const place = kept === undefined ? -1 : placeOf(kept, this.targets);
    return kept && place >= 0 ? { place, kept } : undefined;
  }

  /** What the caller itself knows: enough in the middle of a tool exchange. */
  #said({ afterTool }: RequestFacts, { keep }: CallOptions): Found | undefined {
    return keep && afterTool && this.targets[keep.place]?.ref === keep.ref ? { place: keep.place } : undefined;
  }

  async #staying({ place, kept }: Found, facts: RequestFacts, rank: (place: number) => number): Promise<Staying> {
    if (!kept) return 'kept-tool-result';
    const now = this.#ports.clock.now();
    const said = stays(kept, { policy: this.#policy, afterTool: facts.afterTool, now });
    if (said !== undefined) return said;
    const earlier = this.targets.filter((target) => rank(target.place) < rank(place) && fit(target, facts).fits === 'yes');
    const beliefs: Beliefs = (await this.#soon(() => this.#ports.health.read(earlier.flatMap(scopesOf)))) ?? new Map();
    return returns(earlier, beliefs, now);
  }

  #ended(
    record: CallRecord,
    rank: (place: number) => number,
    known: boolean,
    request: Q,
    options: CallOptions,
    keyOf: () => string | undefined,
  ): void {
    options.ended?.(record);
    const { affinity, clock } = this.#ports;
    const target = record.place === undefined ? undefined : this.targets[record.place];
    if (!affinity || record.outcome !== 'done' || !target) return;
    const deviates = rank(target.place) > 0;
    if (!deviates && !known) return;
    const key = keyOf();
    if (key === undefined) return;
    const at = clock.now();
    const { ref, credential } = target;
    void this.#soon(() =>
      deviates ? affinity.write(key, { ref, credential, at, warm: this.#of.warmth(request) }) : affinity.forget(key, at),
    );
  }

  /** V2: what takes longer or fails is done without. */
  async #soon<T>(ask: () => MaybePromise<T>): Promise<T | undefined> {
    let answer: MaybePromise<T>;
    try {
      answer = ask();
    } catch {
      return undefined;
    }
    if (typeof (answer as PromiseLike<T> | undefined)?.then !== 'function') return answer as T;
    return new Promise((resolve) => {
      const stop = this.#ports.clock.after(PATIENCE, () => resolve(undefined));
      const end = (value?: T): void => {
        stop();
        resolve(value);
      };
      (answer as PromiseLike<T>).then(end, () => end());
    });
  }
}
