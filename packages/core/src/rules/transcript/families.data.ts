import type { Protocol } from '../target.ts';
import type { Wants } from './wants.ts';

/** One family of targets; every given field must match. Rows are read in order and add up: the general first, a vendor, a model. */
export interface FamilyRow {
  readonly protocol?: readonly Protocol[];
  /** Vendor by name, as in `KNOWN_PROVIDERS` or as the AI SDK's packages call themselves. */
  readonly vendor?: readonly string[];
  readonly model?: RegExp;
  readonly wants: Partial<Wants>;
}

const ANYTHING: Wants = {
  toolIds: 'any',
  toolNames: 'any',
  schemas: 'plain',
  system: 'anywhere',
  turns: 'any',
  endsWithUser: false,
  files: ['*/*'],
  resultFiles: ['*/*'],
  urls: ['*/*'],
  references: true,
  leadingThought: false,
  reasoning: 'none',
  signedCalls: false,
  parallelCalls: true,
  toolText: false,
  stops: Infinity,
  penalties: true,
  forcedTool: 'yes',
  maxTemperature: 2,
  namespaces: [],
  cacheMarks: true,
};

const PICTURES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const PDF = 'application/pdf';

/** Read in the vendors' documents and in their refusals, November 2026. What is not known is not known-bad (E3). */
export const FAMILIES: readonly FamilyRow[] = [
  { wants: ANYTHING },
  {
    protocol: ['anthropic-messages'],
    wants: {
      toolIds: 'anthropic',
      toolNames: 'openai',
      system: 'top',
      turns: 'user-first',
      // Claude 4.6 and later refuse a prefill; a name that is not known is a later one.
      endsWithUser: true,
      files: [...PICTURES, PDF, 'text/plain'],
      resultFiles: [...PICTURES, PDF],
      urls: [...PICTURES, PDF],
      reasoning: 'signature',
      forcedTool: 'quiet',
      maxTemperature: 1,
      namespaces: ['anthropic'],
    },
  },
  // Thinking with a budget; adaptive thinking, from 4.6 on, needs no block at the head of the turn.
  {
    protocol: ['anthropic-messages'],
    model: /claude-(?:3-7|(?:opus|sonnet|haiku)-4(?:-[015])?(?![-.]?[1-9]\b))/,
    wants: { leadingThought: true, endsWithUser: false },
  },
  { protocol: ['anthropic-messages'], model: /claude-(?:3-(?:5-)?(?:sonnet|haiku|opus)|2|instant)/, wants: { endsWithUser: false } },
  {
    protocol: ['anthropic-messages'],
    model: /claude-(?:sonnet-5-5|opus-5-5|fable-5-[12])/,
    wants: { forcedTool: 'no' },
  },
  {
    protocol: ['openai-responses'],
    wants: {
      toolIds: 'openai-responses',
      toolNames: 'openai',
      endsWithUser: true,
      files: [...PICTURES, PDF],
      resultFiles: [...PICTURES, PDF],
      urls: [...PICTURES, PDF],
      reasoning: 'encrypted',
      stops: 0,
      penalties: false,
      namespaces: ['openai', 'azure'],
    },
  },
  {
    protocol: ['openai-chat'],
    wants: {
      toolIds: 'openai-chat',
      toolNames: 'openai',
      files: ['image/*', PDF, 'audio/wav', 'audio/mp3', 'audio/mpeg'],
      resultFiles: [],
      urls: ['image/*'],
      references: false,
      namespaces: ['openai', 'azure', 'openaiCompatible'],
      cacheMarks: false,
    },
  },
  {
    protocol: ['openai-chat'],
    vendor: ['openai', 'azure'],
    wants: { files: [...PICTURES, PDF], references: true, stops: 4, cacheMarks: true },
  },
  {
    protocol: ['openai-chat'],
    vendor: ['openai', 'azure'],
    model: /audio/,
    wants: { files: ['audio/wav', 'audio/mp3', 'audio/mpeg'] },
  },
  // Reasoning models: https://platform.openai.com/docs/api-reference/chat/create (`stop`).
  { protocol: ['openai-chat'], vendor: ['openai', 'azure'], model: /^(?:o[1-9]|gpt-5)/, wants: { stops: 0, penalties: false } },
  { protocol: ['openai-chat'], model: /^(?:openai\/)?(?:o[1-9]|gpt-5)/, vendor: ['openrouter'], wants: { stops: 0 } },
  { protocol: ['openai-chat'], vendor: ['groq'], wants: { files: ['image/*'], stops: 4 } },
  { protocol: ['openai-chat'], vendor: ['xai'], wants: { files: ['image/*'], stops: 4 } },
  { protocol: ['openai-chat'], vendor: ['xai'], model: /grok-(?:4|3-mini)/, wants: { stops: 0, penalties: false } },
  { protocol: ['openai-chat'], vendor: ['deepseek'], wants: { files: ['image/*'], stops: 16 } },
  { protocol: ['openai-chat'], vendor: ['ollama'], wants: { files: ['image/*'] } },
  {
    vendor: ['mistral'],
    wants: {
      toolIds: 'mistral',
      toolNames: 'openai',
      system: 'top',
      turns: 'strict',
      endsWithUser: true,
      files: ['image/*'],
      resultFiles: [],
      maxTemperature: 1.5,
    },
  },
  // The templates of Mistral's open models are as strict, wherever they are served; their servers make longer ids.
  {
    protocol: ['openai-chat'],
    model: /(?:^|[/_-])(?:mistral|ministral|magistral|devstral|mixtral|codestral)/i,
    wants: { system: 'top', turns: 'strict', endsWithUser: true },
  },
  {
    protocol: ['google'],
    wants: {
      toolNames: 'google',
      schemas: 'google',
      system: 'top',
      turns: 'alternate',
      endsWithUser: true,
      files: ['image/*', 'audio/*', 'video/*', 'text/*', PDF],
      resultFiles: [],
      urls: ['image/*', 'audio/*', 'video/*', 'text/*', PDF],
      reasoning: 'thought-signature',
      stops: 5,
      namespaces: ['google', 'googleVertex', 'vertex'],
      cacheMarks: false,
    },
  },
  {
    protocol: ['google'],
    model: /gemini-(?:[3-9]|\d\d)/,
    wants: { signedCalls: true, resultFiles: [...PICTURES, PDF] },
  },
  {
    vendor: ['amazon-bedrock', 'bedrock'],
    wants: { toolIds: 'anthropic', toolNames: 'openai', turns: 'alternate', system: 'top', namespaces: ['bedrock', 'anthropic'] },
  },
];
