import type { Protocol } from '../rules/target.ts';

export type ServedProtocol = Exclude<Protocol, 'other'>;

/** A vendor known by name: what an entry that says nothing means. */
export interface KnownProvider {
  readonly protocol: ServedProtocol;
  /** The protocol where the entry gives a base URL of its own and no `api`: most servers that imitate a vendor speak only its older one. */
  readonly elsewhere?: ServedProtocol;
  readonly baseUrl: string;
  /** Absent: no key is needed. */
  readonly keyVariable?: string;
  /** Other variables that hold a key of this vendor; asked in this order when the first is not set. */
  readonly otherVariables?: readonly string[];
  /** Hosts (and their subdomains) that may see the vendor's key. */
  readonly ownHosts: readonly string[];
  /** Efforts its chat completions take; others are clamped to the nearest of these. */
  readonly efforts?: readonly string[];
}

export const KNOWN_PROVIDERS: Readonly<Record<string, KnownProvider>> = {
  openai: {
    // Newer models refuse function tools together with reasoning on chat completions.
    protocol: 'openai-responses',
    elsewhere: 'openai-chat',
    baseUrl: 'https://api.openai.com/v1',
    keyVariable: 'OPENAI_API_KEY',
    ownHosts: ['api.openai.com'],
  },
  anthropic: {
    protocol: 'anthropic-messages',
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
    ownHosts: ['api.anthropic.com'],
  },
  google: {
    protocol: 'google',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    keyVariable: 'GOOGLE_API_KEY',
    otherVariables: ['GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    ownHosts: ['generativelanguage.googleapis.com'],
  },
  openrouter: {
    protocol: 'openai-chat',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    ownHosts: ['openrouter.ai'],
    efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
  },
  groq: {
    protocol: 'openai-chat',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    ownHosts: ['api.groq.com'],
    efforts: ['none', 'low', 'medium', 'high'],
  },
  mistral: {
    protocol: 'openai-chat',
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    ownHosts: ['api.mistral.ai'],
    efforts: ['none', 'high'],
  },
  xai: {
    protocol: 'openai-chat',
    baseUrl: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    ownHosts: ['api.x.ai'],
    efforts: ['low', 'high'],
  },
  deepseek: {
    protocol: 'openai-chat',
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariable: 'DEEPSEEK_API_KEY',
    ownHosts: ['api.deepseek.com'],
  },
  ollama: {
    protocol: 'openai-chat',
    baseUrl: 'http://localhost:11434/v1',
    ownHosts: [],
    efforts: ['none', 'low', 'medium', 'high'],
  },
};

/** How `api` and Docker's `api_type` spell the protocols. */
export const API_NAMES: Readonly<Record<string, ServedProtocol>> = {
  'openai-chat': 'openai-chat',
  openai_chatcompletions: 'openai-chat',
  'openai-responses': 'openai-responses',
  openai_responses: 'openai-responses',
  'anthropic-messages': 'anthropic-messages',
  google: 'google',
};
