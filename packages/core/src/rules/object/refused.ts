import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';

/** Names of the repairs in `classify/rows/repairs.data.ts`: the server has no such mode at all, or does not take this schema. */
export const SCHEMA_MODE_REFUSED = 'schema-mode';
export const SCHEMA_REFUSED = 'schema';

/** The request as it stands: the wrap of that target knows what was refused, and asks in words. Undefined: it had asked for no JSON. */
export const withoutSchema = (request: LanguageModelV4CallOptions): LanguageModelV4CallOptions | undefined =>
  request.responseFormat?.type === 'json' ? request : undefined;
