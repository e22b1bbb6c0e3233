import type { Growing, RunSpan } from './run-span.ts';

export type SpanStep =
  | { readonly do: 'start'; readonly span: RunSpan }
  | { readonly do: 'end'; readonly span: RunSpan }
  | { readonly do: 'drop'; readonly id: string };

/** What is open of one agent path. */
export interface Open {
  readonly run: Growing;
  turn?: Growing;
  /** The turn has been answered: it is no empty one. */
  answered: boolean;
  /** Calls of its reply that have no result, and their arguments. */
  readonly calls: Map<string, string>;
  readonly tools: Map<string, Growing>;
  readonly questions: Map<string, Growing>;
  /** When its last row was stored. */
  last: number;
}

/** What one row comes to. */
export class SpanOut {
  readonly steps: SpanStep[] = [];

  start(span: Growing): void {
    this.steps.push({ do: 'start', span: copyOf(span) });
  }

  close(span: Growing, at: number, outcome?: string): void {
    span.end = at;
    if (outcome !== undefined) span.attributes['holdfast.outcome'] = outcome;
    this.steps.push({ do: 'end', span: copyOf(span) });
  }

  drop({ id }: Growing): void {
    this.steps.push({ do: 'drop', id });
  }
}

/** Who is told may do with it what he likes. */
const copyOf = (span: Growing): RunSpan => ({
  ...span,
  attributes: { ...span.attributes },
  words: { ...span.words },
  events: [...span.events],
});
