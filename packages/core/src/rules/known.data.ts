import type { Price } from './target.ts';

/**
 * What is published of common models; read in November 2026. A row stands for its id, alone or with a date or `latest` behind it; any
 * other variant is unknown, and unknown is not known-bad (E3). Aliases that vendors move from model to model have no row.
 *
 * Window and output in tokens, the window as published, output included. Prices are in `prices.data.ts`; here stand those that its source
 * does not have.
 */

export interface KnownRow {
  readonly id: string;
  readonly window: number;
  readonly maxOutput: number | null;
  readonly images: boolean;
  readonly price?: Price;
  /** The window behind the long-context beta: `[1m]` after the id. */
  readonly long?: number;
}

type More = Pick<KnownRow, 'long' | 'price'>;

const row = (id: string, window: number, maxOutput: number | null, images: boolean, more: More = {}): KnownRow => ({
  id,
  window,
  maxOutput,
  images,
  ...more,
});

const claude = (id: string, window: number, maxOutput: number, more?: More): KnownRow => row(id, window, maxOutput, true, more);

const K = 1000;
const M = 1_000_000;

export const KNOWN_MODELS: Readonly<Record<string, readonly KnownRow[]>> = {
  anthropic: [
    claude('claude-fable-5-2', M, 128 * K, { price: { input: 8, output: 40, cacheRead: 0.8, cacheWrite: 10 } }),
    claude('claude-fable-5-1', M, 128 * K),
    claude('claude-fable-5', M, 128 * K),
    claude('claude-opus-5-5', M, 128 * K),
    claude('claude-opus-5', M, 128 * K),
    claude('claude-opus-4-6', M, 128 * K),
    claude('claude-opus-4-5', 200 * K, 64 * K),
    claude('claude-opus-4-1', 200 * K, 32 * K),
    claude('claude-opus-4', 200 * K, 32 * K),
    claude('claude-opus-4-0', 200 * K, 32 * K),
    claude('claude-sonnet-5-5', M, 128 * K),
    claude('claude-sonnet-5', M, 128 * K),
    claude('claude-sonnet-4-6', M, 128 * K),
    claude('claude-sonnet-4-5', 200 * K, 64 * K, { long: M }),
    claude('claude-sonnet-4', 200 * K, 64 * K, { long: M }),
    claude('claude-sonnet-4-0', 200 * K, 64 * K, { long: M }),
    claude('claude-3-7-sonnet', 200 * K, 64 * K),
    claude('claude-3-5-sonnet', 200 * K, 8192),
    row('claude-haiku-5-5', M, 128 * K, true),
    claude('claude-haiku-4-5', 200 * K, 64 * K),
    claude('claude-3-5-haiku', 200 * K, 8192),
    row('claude-3-haiku', 200 * K, 4096, true),
    claude('claude-3-opus', 200 * K, 4096),
  ],
  openai: [
    row('gpt-5.5', 1_050_000, 128 * K, true),
    row('gpt-5.5-pro', 1_050_000, 128 * K, true),
    row('gpt-5.4', 1_050_000, 128 * K, true),
    row('gpt-5.2', 400 * K, 128 * K, true),
    row('gpt-5.1', 400 * K, 128 * K, true),
    row('gpt-5', 400 * K, 128 * K, true),
    row('gpt-5-codex', 400 * K, 128 * K, true),
    row('gpt-5-mini', 400 * K, 128 * K, true),
    row('gpt-5-nano', 400 * K, 128 * K, true),
    row('gpt-5-pro', 400 * K, 272 * K, true),
    row('gpt-4.1', 1_047_576, 32_768, true),
    row('gpt-4.1-mini', 1_047_576, 32_768, true),
    row('gpt-4.1-nano', 1_047_576, 32_768, true),
    row('gpt-4o', 128 * K, 16_384, true),
    row('gpt-4o-2024-05-13', 128 * K, 4096, true),
    row('gpt-4o-mini', 128 * K, 16_384, true),
    row('gpt-4-turbo', 128 * K, 4096, true),
    row('gpt-4', 8192, 8192, false),
    row('gpt-3.5-turbo', 16_385, 4096, false),
    row('o4-mini', 200 * K, 100 * K, true),
    row('o3', 200 * K, 100 * K, true),
    row('o3-pro', 200 * K, 100 * K, true),
    row('o3-mini', 200 * K, 100 * K, false),
    row('o1', 200 * K, 100 * K, true),
    row('o1-pro', 200 * K, 100 * K, true),
  ],
  google: [
    row('gemini-3-pro', 1_048_576, 65_536, true, { price: { input: 2, output: 12, cacheRead: 0.2 } }),
    row('gemini-3-flash', 1_048_576, 65_536, true, { price: { input: 0.5, output: 3, cacheRead: 0.05 } }),
    row('gemini-2.5-pro', 1_048_576, 65_536, true),
    row('gemini-2.5-flash', 1_048_576, 65_536, true),
    row('gemini-2.5-flash-lite', 1_048_576, 65_536, true),
    row('gemini-2.0-flash', 1_048_576, 8192, true),
    row('gemini-2.0-flash-lite', 1_048_576, 8192, true),
  ],
  mistral: [
    row('mistral-large-2411', 131_072, null, false),
    row('mistral-large-2512', 262_144, null, true),
    row('mistral-medium-3.5', 256 * K, null, true),
    row('mistral-medium-2508', 131_072, null, true),
    row('mistral-medium-2505', 131_072, null, true),
    row('mistral-small-2506', 131_072, null, true, { price: { input: 0.1, output: 0.3 } }),
    row('mistral-small-2503', 131_072, null, true, { price: { input: 0.1, output: 0.3 } }),
    row('codestral-2508', 262_144, null, false),
    row('codestral-2501', 262_144, null, false),
    row('open-mistral-nemo', 131_072, null, false),
    row('pixtral-large-2411', 131_072, null, true),
  ],
  xai: [
    row('grok-4.5', 500 * K, null, true),
    row('grok-4.3', M, null, true),
    row('grok-4', 256 * K, null, true),
    row('grok-4-fast', 2 * M, null, true),
    row('grok-4-fast-reasoning', 2 * M, null, true),
    row('grok-4-fast-non-reasoning', 2 * M, null, true),
    row('grok-4-1-fast-reasoning', 2 * M, null, true),
    row('grok-4-1-fast-non-reasoning', 2 * M, null, true),
    row('grok-3', 131_072, null, false),
    row('grok-3-mini', 131_072, null, false),
  ],
  deepseek: [
    row('deepseek-v4-pro', M, 384 * K, false),
    row('deepseek-flash', M, 384 * K, true),
    row('deepseek-v4-flash', M, 384 * K, true),
  ],
  groq: [
    row('llama-3.3-70b-versatile', 131_072, 32_768, false),
    row('llama-3.1-8b-instant', 131_072, 131_072, false),
    row('openai/gpt-oss-120b', 131_072, 65_536, false),
    row('openai/gpt-oss-20b', 131_072, 65_536, false),
    row('meta-llama/llama-4-scout-17b-16e-instruct', 131_072, 8192, true),
    row('qwen/qwen3-32b', 131_072, 40_960, false),
    row('moonshotai/kimi-k2-instruct-0905', 262_144, 16_384, false),
  ],
};
