import { BadRequest } from '@holdfast/core/wire';
import type { Holder } from './ports.ts';
import type { WireRequest } from './wire-request.ts';

/** What a record keeps of a request, for keys with `record: content`. What only a provider of the client's protocol can read is kept as it came. */
export function askedContent({ record }: Holder, request: WireRequest): { readonly request?: unknown } {
  if (record !== 'content') return {};
  try {
    return { request: request.options };
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    return { request: { prompt: [request.body.json] } };
  }
}
