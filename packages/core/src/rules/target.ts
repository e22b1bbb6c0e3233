import type { JsonAbility } from './object/abilities.data.ts';

/**
 * A target is one place in a chain: a model of a provider entry with one of its keys. It is known by its place, never by a
 * model id: two entries may serve the same model. Plain data; the way to reach it lives beside it in the shell.
 */
export type Protocol = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'google' | 'other';

/** From none to most. */
export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

export type Effort = (typeof EFFORTS)[number];

export const isEffort = (word: unknown): word is Effort => (EFFORTS as readonly unknown[]).includes(word);

export interface Target {
  /** 0-based place in its chain. */
  readonly place: number;
  /** How people write it: `anthropic/claude-sonnet-4-5`. Not unique. */
  readonly ref: string;
  /** The provider entry, E in scope ids. */
  readonly entry: string;
  /** The model id that is sent. */
  readonly model: string;
  readonly protocol: Protocol;
  /** The known vendor that serves it, where that is known: what it wants of a conversation may depend on it. */
  readonly vendor?: string;
  /** `E#VARIABLE`, `E#-` for an entry without a key, `NAME#key` in the library. */
  readonly credential: string;
  /** The `account:` label, else the credential. */
  readonly account: string;
  /** The limit group, else the model. */
  readonly group: string;
  readonly effort?: Effort;
  /** On this machine: usable while the network is not. */
  readonly loopback?: boolean;
  /** Input window in tokens; unknown is not known-bad (E3). */
  readonly window?: number;
  readonly maxOutput?: number;
  /** How many calls its lane runs at once; absent without a lane. After a rest it is let in by quarters (H6). */
  readonly width?: number;
  /** False: images are known to be refused. */
  readonly images?: boolean;
  /** How it gives JSON, where that is known. */
  readonly json?: JsonAbility;
  /** False: cannot stream; the `attempt` limit applies. */
  readonly streams?: boolean;
  /** Keyed fingerprint of the secret (H7): another one clears what is believed of the credential and its account. */
  readonly fingerprint?: string;
  /** US dollars per million tokens; absent when unknown. */
  readonly price?: Price;
}

/** US dollars per million tokens. A cached token without a price of its own costs what a fresh one does. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** What holds for the whole of a request whose input is longer than `above` tokens. */
  readonly longer?: Omit<Price, 'longer'> & { readonly above: number };
}

/** What the plan and the health store must know of a request; computed once per call by who speaks its protocol. */
export interface RequestFacts {
  /** Estimated input tokens. */
  readonly tokens: number;
  readonly maxTokens?: number | undefined;
  readonly images: boolean;
  readonly effort?: Effort | undefined;
  /** Stop sequences were asked for. */
  readonly stops: boolean;
  /** The last message is a tool result (E4, P8). */
  readonly afterTool: boolean;
  /** Hash of the prompt: two calls with one hash are one witness (H5). Empty when unknown. */
  readonly prompt: string;
  /** All that is said in the request, to know it again where a provider echoes it. */
  readonly text?: string;
  /** Limits of the caller's own in ms, where they differ from the configured ones (C4). */
  readonly timeouts?:
    | { readonly firstToken?: number; readonly stall?: number; readonly silence?: number; readonly attempt?: number }
    | undefined;
  /** False for requests with provider-side effects (C10). */
  readonly replayable: boolean;
  /** What is asked for beside the answer is lost on the way from targets of any other protocol; `reason`: what that is (note 13). */
  readonly only?: { readonly protocol: Target['protocol']; readonly reason: string } | undefined;
}
