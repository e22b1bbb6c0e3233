/**
 * The outage script: which target fails, how, from when, how often. Pure data; seedable; the same script drives HTTP providers,
 * in-process models and drills.
 */
export type FaultName =
  // before content
  | 'status'
  | 'refused'
  | 'reset'
  | 'no-headers'
  | 'silence'
  | 'pings'
  | 'error-first'
  | 'role-then-error'
  | 'empty'
  | 'json-error'
  | 'html'
  | 'reasoning-break'
  // after content
  | 'error-event'
  | 'cut'
  | 'clean-end'
  | 'stall'
  | 'bad-frame'
  | 'half-call'
  | 'call-then-break'
  | 'cut-after-finish';

export interface Fault {
  readonly do: FaultName;
  /** For `status`: the HTTP status, with headers and body of that provider's shape unless given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For faults after content: break after this many frames of the answer, else after about half of it. */
  readonly afterFrames?: number;
}

export interface OutageRule {
  /** A provider's name in the lab, or one of its models: `east` or `east/small-1`. */
  readonly target: string;
  readonly fault: Fault;
  /** 1-based number of the first request to fail; default 1. */
  readonly from?: number;
  /** How many requests fail; default all. */
  readonly times?: number;
  /** In [0, 1]: the share of requests that fail, drawn from the seed; default 1. */
  readonly chance?: number;
}

export interface Outage {
  readonly seed?: number;
  readonly rules: readonly OutageRule[];
}
