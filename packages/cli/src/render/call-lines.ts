import { humanDuration, quoted, restWords } from '@holdfast/core/engine';
import type { CallEvent, FailureFact } from '@holdfast/core/engine';

type Event<T extends CallEvent['type']> = Extract<CallEvent, { readonly type: T }>;

/** Why a target is passed over, where the rules' own word is none for people. */
export const REASONS: Readonly<Record<string, string>> = {
  'window-too-small': 'the request is longer than its window',
  'smaller-window': 'its window is smaller than one that was too small',
  'no-images': 'it takes no images',
  'same-provider': 'its provider has refused this request',
  'shares-failure': 'what failed at another is behind this one too',
  offline: 'this machine is offline',
  probing: 'another call is trying it',
  'probe-too-large': 'a smaller request will find out whether it is back',
  ramping: 'it is back, and takes more calls by and by',
  'retry-budget': 'it has been asked again too often in the last minute',
  budget: 'a budget does not allow it',
};

/** Kinds whose sentence says it all; what the provider adds is told at the end, if the call fails. */
const PLAIN: ReadonlySet<string> = new Set(['rate-limit', 'overload', 'server', 'network', 'timeout', 'truncated', 'empty', 'local']);

/** One line for a failure, a pause, a switch of the calls of a run; one failure is told once. */
export class CallLines {
  /** An answer that broke in the middle; what follows it belongs on the same line. */
  #broken: Event<'withdrawn' | 'takeover'> | undefined;
  /** Whose failure was told with a wait. */
  #told: string | undefined;

  line(event: CallEvent): string | undefined {
    switch (event.type) {
      case 'pause':
        return this.#after(event.target, event.failure, pauseWords(event, this.#told === event.target));
      case 'switch': {
        const rest = event.restsUntil === undefined ? '' : `resting ${humanDuration(event.restsUntil - event.at)}; `;
        // One name twice is one model with two keys.
        return this.#after(event.from, event.failure, `${rest}asking ${event.from === event.to ? 'it with another key' : event.to}`);
      }
      case 'skip':
        return skipWords(event);
      case 'wait':
        return this.#wait(event);
      case 'withdrawn':
      case 'takeover':
        this.#broken = event;
        return undefined;
      case 'hedge':
        return `${event.from} is slower than it nearly always is; asking ${event.to} beside it`;
      case 'call-end':
        return this.#end();
      default:
        return undefined;
    }
  }

  #after(target: string, failure: FailureFact, next: string): string {
    const told = this.#told === target;
    const before = this.#end();
    if (told) return next;
    return before === undefined ? `${target}: ${causeWords(failure)}; ${next}` : `${before}; ${next}`;
  }

  #wait({ target, ms, from, failure }: Event<'wait'>): string {
    const next = `everything rests; waiting ${humanDuration(ms)} for ${target}`;
    if (from === undefined || failure === undefined) return next;
    const line = this.#after(from, failure, next);
    this.#told = from;
    return line;
  }

  #end(): string | undefined {
    const broken = this.#broken;
    this.#broken = this.#told = undefined;
    const fate = broken?.type === 'takeover' ? 'what it said stays, and is gone on with' : 'what it said is withdrawn';
    return broken && `${broken.target} broke in mid-answer (${broken.failure.message}); ${fate}`;
  }
}

export const causeWords = ({ kind, message, detail }: Pick<FailureFact, 'kind' | 'message' | 'detail'>): string => {
  const said = PLAIN.has(kind) ? undefined : quoted(message, detail);
  return said === undefined ? message : `${message} (${said})`;
};

const pauseWords = ({ target, ms, tries, of, failure }: Event<'pause'>, waited: boolean): string =>
  failure.kind === 'auth'
    ? 'looking for a new key'
    : `${waited ? `trying ${target} again` : `trying again ${ms < 50 ? 'at once' : `in ${humanDuration(ms)}`}`} (${tries} of ${of})`;

export function skipWords({ target, reason, until, why, at }: Omit<Event<'skip'>, 'type' | 'call'>): string {
  const rest = until === undefined || until <= at ? '' : ` for another ${humanDuration(until - at)}`;
  return `${target} passed over: ${why ? `${restWords(why.kind)}, ` : ''}${REASONS[reason] ?? reason}${rest}`;
}

/** Nothing is wrong; but nothing happens either. */
export const laneLine = (event: CallEvent): string | undefined =>
  event.type === 'lane-wait'
    ? `waiting for a free place in lane ${event.lane} to ask ${event.target}: ${event.position === 0 ? 'nobody waits before it' : `${event.position} wait already`}`
    : undefined;

/** What only who looks closely wants to know. */
export function attemptLine(event: CallEvent): string | undefined {
  switch (event.type) {
    case 'attempt-start':
      return `attempt ${event.attempt}: asking ${event.target}${event.probe ? ' (probe)' : ''}`;
    case 'attempt-commit':
      return `attempt ${event.attempt}: first content after ${humanDuration(event.ms)}`;
    case 'attempt-end':
      return `attempt ${event.attempt}: ${event.failure ? `${event.failure.kind}, ${event.failure.message}` : 'whole'} after ${humanDuration(event.ms)}`;
    default:
      return undefined;
  }
}

/** An answer that ended before the model had said all: by the limit of tokens, or by a filter. */
export const cutWords = (finish: string): string | undefined =>
  ({
    length: 'the answer was cut: it reached the limit of tokens (max_tokens, or what the model gives)',
    'content-filter': "the answer was cut by the provider's content filter",
  })[finish];
