import type { ModelFailure } from '../failure.ts';
import { readPayload } from './payload.ts';
import { HEAD, isHtml, parsed } from './peek.ts';
import { emptyPayload, type Payload } from './told.ts';
import type { Fault } from './transport.ts';

/**
 * Everything a foreign error tells, gathered from it and its causes, however it is wrapped. The seven shapes in which the vendor
 * packages throw one failure differ in nothing after this. What a package concluded (`isRetryable`) is not evidence.
 */
export interface Evidence {
  /** One of ours, found anywhere in the chain of causes. */
  own?: ModelFailure;
  /** The status of the response's head. */
  http?: number;
  readonly headers: Record<string, string>;
  readonly payload: Payload;
  readonly faults: Fault[];
  /** Error names, lower case, outermost first. */
  readonly names: string[];
  /** Messages of error objects: the provider's only where no body was seen. */
  readonly said: string[];
  url?: string;
  /** What became of the body of a response, where it is known. */
  body: 'unseen' | 'empty' | 'html' | 'json' | 'cut' | 'text';
}

export const emptyEvidence = (): Evidence => ({
  headers: {},
  payload: emptyPayload(),
  faults: [],
  names: [],
  said: [],
  body: 'unseen',
});

/** A whole body of a response. */
export function addBody(body: string, into: Evidence): void {
  const trimmed = body.slice(0, 64).trim();
  if (trimmed === '') into.body = 'empty';
  else if (isHtml(body)) into.body = 'html';
  else if (parsed(body)) into.body = 'json';
  else into.body = /^[{[]/.test(trimmed) ? 'cut' : 'text';
  if (into.body === 'html') into.payload.html = true;
  else if (into.body === 'json') readPayload(body, into.payload);
  else if (into.body === 'text') {
    // Text with a head that said success speaks of nothing.
    if (into.http !== undefined && into.http < 300) into.said.push(body.slice(0, HEAD));
    else readPayload(body, into.payload);
  }
}
