/** What events are made of: plain data, stored as it is. */

/** What is asked, as data. `approval` of a call; `may-have-run`: a call that began before a crash; `limit`: may the run go on past it. */
export type Question =
  | { readonly about: 'approval' | 'may-have-run'; readonly call: ToolCall }
  | { readonly about: 'limit'; readonly limit: LimitName; readonly reached: number }
  /** Asked by a tool in the middle of its call. */
  | { readonly about: 'elicitation'; readonly call: ToolCall; readonly elicitation: Elicitation };

/** A limit of one run: model calls, ms, tokens, US dollars. */
export type LimitName = 'iterations' | 'time' | 'tokens' | 'usd';

/** What a user says to a question. */
export interface Answer {
  /**
   * `allow`: this once. `allow-tool`: this tool, or what `rule` matches, for the rest of the session. `allow-session`: every call that no
   * rule denies. `cancel`: of an elicitation, neither given nor declined.
   */
  readonly decision: 'allow' | 'allow-tool' | 'allow-session' | 'deny' | 'cancel';
  /** A permission pattern (`shell:cmd=ls*`), with `allow-tool`. */
  readonly rule?: string;
  readonly reason?: string;
  /** What was filled in, for an elicitation that was allowed. */
  readonly content?: Readonly<Record<string, unknown>>;
}

/** A tool wants to know something of the user. `form`: fields by a JSON Schema of flat properties; `url`: a page to visit. */
export interface Elicitation {
  readonly mode: 'form' | 'url';
  readonly message: string;
  readonly title?: string;
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  /** Which toolset asks. */
  readonly from?: string;
}

export type CompactionCause = 'threshold' | 'overflow' | 'manual';

/** Why a child runs: a transferred task, a background task, a skill. `call`: the parent's call that began it. */
export interface ChildTask {
  readonly kind: 'transfer' | 'background' | 'skill';
  readonly call: string;
  readonly task: string;
  readonly expected?: string;
  /** Who gave it may change nothing, so neither may who does it. */
  readonly readOnly?: true;
}

/** A file beside a message or a result. `data`: base64, or a URL. */
export interface Attachment {
  readonly mediaType: string;
  readonly data: string;
  readonly name?: string;
}

/** Permission patterns of one session. */
export interface SessionRules {
  readonly allow?: readonly string[];
  readonly ask?: readonly string[];
  readonly deny?: readonly string[];
}

/** Why a run failed: the kind of failure, one sentence for people, and when trying again makes sense (epoch ms), where that is known. */
export interface EndFailure {
  readonly kind: string;
  readonly message: string;
  /** Epoch ms after which trying again makes sense. */
  readonly retryAt?: number;
  /** Text shown before the answer broke for good. */
  readonly salvaged?: string;
  /** What the models came to that were asked, or why they rest. */
  readonly blamed?: readonly { readonly target: string; readonly kind: string }[];
}

/** One block of a reply. `meta` is the vendor's opaque data (signatures), replayed only to where it came from. */
export type Block =
  | { readonly type: 'text'; readonly text: string; readonly meta?: unknown }
  | { readonly type: 'reasoning'; readonly text: string; readonly meta?: unknown }
  | { readonly type: 'file'; readonly mediaType: string; readonly data: string; readonly meta?: unknown }
  | ({ readonly type: 'tool-call'; readonly meta?: unknown } & ToolCall);

/** `input` is the text the model sent: it may not be JSON. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: string;
}

/** Who made a block: decides where its signatures may be replayed. */
export interface Origin {
  readonly place: number;
  readonly ref: string;
  readonly entry: string;
  readonly protocol: string;
  readonly model: string;
  readonly account: string;
}

export interface TokenUsage {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  readonly reasoning?: number;
  readonly estimated?: boolean;
}

/** Enough to find a process group again after a crash, and never to mistake another one for it. */
export interface ProcessStamp {
  readonly pid: number;
  readonly group: number;
  /** Start time of the process in clock ticks since boot, as the kernel tells it. */
  readonly started: string;
  readonly boot: string;
}
