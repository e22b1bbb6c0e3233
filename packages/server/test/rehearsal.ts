import type { Asked, ProtocolName } from '@holdfast/lab';
import {
  CLIENTS,
  front,
  GATEWAY,
  UPSTREAMS,
  type Client,
  type Front,
  type FrontOptions,
  type Tiers,
  type TierSpec,
} from './gateway-process.ts';
import { bodyOf, CLIENT, hear, type Asking, type Heard, type Told } from './readers/index.ts';

/** One case: a tier, a client that asks for it, and how. */
export interface Case {
  readonly name: string;
  readonly client: Client;
  readonly tier: TierSpec;
  readonly stream: boolean;
  readonly asking?: Omit<Asking, 'model' | 'stream'>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The first target's answer is the client's answer: no gateway is needed where both speak one protocol. */
  readonly healthy?: boolean;
}

export type NamedCase = Case & { readonly id: string };

export interface Outcome {
  readonly told: Told;
  readonly heard: Heard;
  /** The requests of each target. */
  readonly asked: readonly (readonly Asked[])[];
}

/** Of all protocols, what is asked where the first target speaks this one: another one, for a client of any. */
export const OTHER: Readonly<Record<ProtocolName, ProtocolName>> = {
  'openai-chat': 'anthropic-messages',
  'openai-responses': 'openai-chat',
  'anthropic-messages': 'openai-responses',
  google: 'anthropic-messages',
};

const AT_ONCE = 12;

const WARM: Tiers = Object.fromEntries(UPSTREAMS.map((api) => [`warm-${api}`, { targets: [{ api, script: { text: 'Warm.' } }] }]));

const limited = ({ tier }: Case): boolean => tier.settings?.['timeouts'] !== undefined;

/**
 * Many cases over one gateway: asked side by side as soon as the first outcome is wanted, so that the limits and pauses of one run while
 * others are answered. Cases that nobody can serve without a gateway are left out.
 */
export class Rehearsal implements AsyncDisposable {
  readonly #cases: ReadonlyMap<string, Case>;
  readonly #outcomes = new Map<string, Promise<Outcome>>();
  readonly #options: FrontOptions;
  #front: Front | undefined;

  constructor(cases: readonly Case[], options: FrontOptions = {}) {
    this.#cases = new Map(cases.map((one, n) => [`t${n}`, one]));
    this.#options = options;
  }

  /** Every case with its id, for `it.each`. */
  get cases(): readonly NamedCase[] {
    return [...this.#cases].flatMap(([id, one]) => (Rehearsal.runs(one) ? [{ ...one, id }] : []));
  }

  static runs({ client, tier, healthy = false }: Case): boolean {
    return GATEWAY || (healthy && tier.targets[0]?.api === client);
  }

  async start(): Promise<void> {
    const mine = [...this.#cases].filter(([, one]) => Rehearsal.runs(one));
    this.#front = await front({ ...WARM, ...Object.fromEntries(mine.map(([id, { tier }]) => [id, tier])) }, this.#options);
    if (GATEWAY) await this.#warm();
    let free = AT_ONCE;
    const waiting: (() => void)[] = [];
    // Those with limits last: by then everything is warm, and most of them only wait.
    for (const [id, one] of mine.toSorted(([, a], [, b]) => Number(limited(a)) - Number(limited(b)))) {
      const turn = free-- > 0 ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push(resolve));
      const outcome = turn.then(() => this.#ask(id, one)).finally(() => waiting.shift()?.());
      // Told where it is wanted.
      outcome.catch(() => {});
      this.#outcomes.set(id, outcome);
    }
  }

  /** Packages are loaded on first use: not within the short limits of a case. */
  async #warm(): Promise<void> {
    for (const id of Object.keys(WARM))
      for (const client of CLIENTS) await this.#ask(id, { name: id, client, stream: true, tier: WARM[id]! });
  }

  async #ask(id: string, { client, stream, tier, asking, headers }: Case): Promise<Outcome> {
    const { base, model } = this.#front!.at(id, client);
    const { path, headers: own, stream: read, whole } = CLIENT[client];
    const heard = await hear(base + path, bodyOf(client, { ...asking, model, stream }), { headers: { ...own, ...headers } });
    // A refusal is a whole body, also of a request for a stream.
    const told = (stream && heard.status === 200 ? read : whole)(heard);
    return { told, heard, asked: tier.targets.map((_, place) => this.#front!.asked(id, place)) };
  }

  of(id: string): Promise<Outcome> {
    const outcome = this.#outcomes.get(id);
    if (!outcome) throw new Error(`nobody asked for ${id}`);
    return outcome;
  }

  /** What the gateway said beside its answers: nothing, if none of its own code failed. */
  get err(): string {
    return this.#front?.err ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#front?.[Symbol.asyncDispose]();
  }
}
