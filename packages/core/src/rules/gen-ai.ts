import type { Labels } from './labels.ts';
import type { TargetOrigin } from './record.ts';
import type { Usage } from './token-usage.ts';

/** The names of OpenTelemetry's semantic conventions for generative AI; what they have no name for is ours, below `holdfast.`. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** By the beginning of a provider entry, or of the AI SDK's word for it. */
const PROVIDERS: readonly (readonly [RegExp, string])[] = [
  [/^google\.vertex|^vertex/, 'gcp.vertex_ai'],
  [/^google|^gemini/, 'gcp.gemini'],
  [/^(?:amazon-)?bedrock/, 'aws.bedrock'],
  [/^azure/, 'azure.ai.openai'],
  [/^mistral/, 'mistral_ai'],
  [/^xai/, 'x_ai'],
  [/^moonshot/, 'moonshot_ai'],
];

/** `gen_ai.provider.name` of an entry: a well-known one, else what the entry is called. */
export const providerName = (entry: string): string =>
  PROVIDERS.find(([pattern]) => pattern.test(entry))?.[1] ?? entry.split(/[./#]/, 1)[0]!;

interface AttemptFacts extends Labels {
  readonly origin: TargetOrigin;
  readonly streamed: boolean;
  readonly usage?: Usage;
  readonly firstMs?: number;
}

/** One attempt at a provider, by the conventions' names. */
export function genAiAttributes({ origin, streamed, usage = {}, firstMs, session }: AttemptFacts): Attributes {
  return given({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': providerName(origin.entry),
    'gen_ai.request.model': origin.model,
    'gen_ai.request.stream': streamed,
    'gen_ai.conversation.id': session,
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': usage.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoning,
    'gen_ai.response.time_to_first_chunk': streamed && firstMs !== undefined ? firstMs / 1000 : undefined,
  });
}

/** Only what is there. */
export const given = (attributes: Readonly<Record<string, string | number | boolean | undefined>>): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Attributes;

/** Messages of the AI SDK as the conventions write them; undefined for what is no list of messages, as a text that was cut. */
export function genAiMessages(messages: unknown): string | undefined {
  if (!Array.isArray(messages)) return undefined;
  return JSON.stringify((messages as readonly { readonly role?: unknown; readonly content?: unknown }[]).map(messageOf));
}

const messageOf = ({ role, content }: { readonly role?: unknown; readonly content?: unknown }) => ({
  role,
  parts: Array.isArray(content) ? (content as readonly Part[]).map(partOf) : [{ type: 'text', content }],
});

interface Part {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly toolCallId?: unknown;
  readonly toolName?: unknown;
  readonly input?: unknown;
  readonly output?: unknown;
}

function partOf(part: Part): object {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, content: part.text };
    case 'tool-call':
      return { type: 'tool_call', id: part.toolCallId, name: part.toolName, arguments: part.input };
    case 'tool-result':
      return { type: 'tool_call_response', id: part.toolCallId, response: part.output };
    default:
      return part;
  }
}
