/**
 * What is published of common models; read in November 2026. A row stands for its id, alone or with a date or `latest` behind it; any
 * other variant is unknown, and unknown is not known-bad (E3). Aliases that vendors move from model to model have no row.
 *
 * Window and output in tokens, the window as published, output included. Prices in US dollars per million tokens at the standard rate,
 * for prompts below a vendor's long-context surcharge; null: not known.
 */
export interface KnownRow {
  readonly id: string;
  readonly window: number;
  readonly maxOutput: number | null;
  readonly images: boolean;
  readonly price: readonly [input: number, output: number, cacheRead?: number, cacheWrite?: number] | null;
  /** The window behind the long-context beta: `[1m]` after the id. */
  readonly long?: number;
}

const row = (
  id: string,
  window: number,
  maxOutput: number | null,
  images: boolean,
  price: KnownRow['price'],
  more: Pick<KnownRow, 'long'> = {},
): KnownRow => ({ id, window, maxOutput, images, price, ...more });

/** Anthropic: a cache hit costs a tenth of the input, a write a quarter more. */
const claude = (
  id: string,
  window: number,
  maxOutput: number,
  input: number,
  output: number,
  more: Pick<KnownRow, 'long'> = {},
): KnownRow => row(id, window, maxOutput, true, [input, output, input / 10, input * 1.25], more);

const K = 1000;
const M = 1_000_000;

export const KNOWN_MODELS: Readonly<Record<string, readonly KnownRow[]>> = {
  anthropic: [
    claude('claude-fable-5-2', M, 128 * K, 8, 40),
    claude('claude-fable-5-1', M, 128 * K, 10, 50),
    claude('claude-fable-5', M, 128 * K, 10, 50),
    claude('claude-opus-5-5', M, 128 * K, 4, 20),
    claude('claude-opus-5', M, 128 * K, 5, 25),
    claude('claude-opus-4-6', M, 128 * K, 5, 25),
    claude('claude-opus-4-5', 200 * K, 64 * K, 5, 25),
    claude('claude-opus-4-1', 200 * K, 32 * K, 15, 75),
    claude('claude-opus-4', 200 * K, 32 * K, 15, 75),
    claude('claude-opus-4-0', 200 * K, 32 * K, 15, 75),
    claude('claude-sonnet-5-5', M, 128 * K, 2, 10),
    claude('claude-sonnet-5', M, 128 * K, 2, 10),
    claude('claude-sonnet-4-6', M, 128 * K, 3, 15),
    claude('claude-sonnet-4-5', 200 * K, 64 * K, 3, 15, { long: M }),
    claude('claude-sonnet-4', 200 * K, 64 * K, 3, 15, { long: M }),
    claude('claude-sonnet-4-0', 200 * K, 64 * K, 3, 15, { long: M }),
    claude('claude-3-7-sonnet', 200 * K, 64 * K, 3, 15),
    claude('claude-3-5-sonnet', 200 * K, 8192, 3, 15),
    row('claude-haiku-5-5', M, 128 * K, true, null),
    claude('claude-haiku-4-5', 200 * K, 64 * K, 1, 5),
    claude('claude-3-5-haiku', 200 * K, 8192, 0.8, 4),
    row('claude-3-haiku', 200 * K, 4096, true, [0.25, 1.25, 0.03, 0.3]),
    claude('claude-3-opus', 200 * K, 4096, 15, 75),
  ],
  openai: [
    row('gpt-5.5', 1_050_000, 128 * K, true, [5, 30, 0.5]),
    row('gpt-5.5-pro', 1_050_000, 128 * K, true, [30, 180]),
    row('gpt-5.4', 1_050_000, 128 * K, true, [2.5, 15, 0.25]),
    row('gpt-5.2', 400 * K, 128 * K, true, [1.75, 14, 0.175]),
    row('gpt-5.1', 400 * K, 128 * K, true, [1.25, 10, 0.125]),
    row('gpt-5', 400 * K, 128 * K, true, [1.25, 10, 0.125]),
    row('gpt-5-codex', 400 * K, 128 * K, true, [1.25, 10, 0.125]),
    row('gpt-5-mini', 400 * K, 128 * K, true, [0.25, 2, 0.025]),
    row('gpt-5-nano', 400 * K, 128 * K, true, [0.05, 0.4, 0.005]),
    row('gpt-5-pro', 400 * K, 272 * K, true, [15, 120]),
    row('gpt-4.1', 1_047_576, 32_768, true, [2, 8, 0.5]),
    row('gpt-4.1-mini', 1_047_576, 32_768, true, [0.4, 1.6, 0.1]),
    row('gpt-4.1-nano', 1_047_576, 32_768, true, [0.1, 0.4, 0.025]),
    row('gpt-4o', 128 * K, 16_384, true, [2.5, 10, 1.25]),
    row('gpt-4o-2024-05-13', 128 * K, 4096, true, [5, 15]),
    row('gpt-4o-mini', 128 * K, 16_384, true, [0.15, 0.6, 0.075]),
    row('gpt-4-turbo', 128 * K, 4096, true, [10, 30]),
    row('gpt-4', 8192, 8192, false, [30, 60]),
    row('gpt-3.5-turbo', 16_385, 4096, false, [0.5, 1.5]),
    row('o4-mini', 200 * K, 100 * K, true, [1.1, 4.4, 0.275]),
    row('o3', 200 * K, 100 * K, true, [2, 8, 0.5]),
    row('o3-pro', 200 * K, 100 * K, true, [20, 80]),
    row('o3-mini', 200 * K, 100 * K, false, [1.1, 4.4, 0.55]),
    row('o1', 200 * K, 100 * K, true, [15, 60, 7.5]),
    row('o1-pro', 200 * K, 100 * K, true, [150, 600]),
  ],
  google: [
    row('gemini-3-pro', 1_048_576, 65_536, true, [2, 12, 0.2]),
    row('gemini-3-flash', 1_048_576, 65_536, true, [0.5, 3, 0.05]),
    row('gemini-2.5-pro', 1_048_576, 65_536, true, [1.25, 10, 0.125]),
    row('gemini-2.5-flash', 1_048_576, 65_536, true, [0.3, 2.5, 0.03]),
    row('gemini-2.5-flash-lite', 1_048_576, 65_536, true, [0.1, 0.4, 0.01]),
    row('gemini-2.0-flash', 1_048_576, 8192, true, [0.1, 0.4, 0.025]),
    row('gemini-2.0-flash-lite', 1_048_576, 8192, true, [0.075, 0.3]),
  ],
  mistral: [
    row('mistral-large-2411', 131_072, null, false, [2, 6]),
    row('mistral-large-2512', 262_144, null, true, [0.5, 1.5]),
    row('mistral-medium-3.5', 256 * K, null, true, [1.5, 7.5]),
    row('mistral-medium-2508', 131_072, null, true, [0.4, 2]),
    row('mistral-medium-2505', 131_072, null, true, [0.4, 2]),
    row('mistral-small-2506', 131_072, null, true, [0.1, 0.3]),
    row('mistral-small-2503', 131_072, null, true, [0.1, 0.3]),
    row('codestral-2508', 262_144, null, false, [0.3, 0.9]),
    row('codestral-2501', 262_144, null, false, [0.3, 0.9]),
    row('open-mistral-nemo', 131_072, null, false, [0.15, 0.15]),
    row('pixtral-large-2411', 131_072, null, true, [2, 6]),
  ],
  xai: [
    row('grok-4.5', 500 * K, null, true, [2, 6, 0.5]),
    row('grok-4.3', M, null, true, [1.25, 2.5, 0.2]),
    row('grok-4', 256 * K, null, true, [3, 15, 0.75]),
    row('grok-4-fast', 2 * M, null, true, [0.2, 0.5, 0.05]),
    row('grok-4-fast-reasoning', 2 * M, null, true, [0.2, 0.5, 0.05]),
    row('grok-4-fast-non-reasoning', 2 * M, null, true, [0.2, 0.5, 0.05]),
    row('grok-4-1-fast-reasoning', 2 * M, null, true, [0.2, 0.5, 0.05]),
    row('grok-4-1-fast-non-reasoning', 2 * M, null, true, [0.2, 0.5, 0.05]),
    row('grok-3', 131_072, null, false, [3, 15, 0.75]),
    row('grok-3-mini', 131_072, null, false, [0.3, 0.5, 0.075]),
  ],
  deepseek: [
    // Prices change with the hour of the day.
    row('deepseek-v4-pro', M, 384 * K, false, null),
    row('deepseek-flash', M, 384 * K, true, null),
    row('deepseek-v4-flash', M, 384 * K, true, null),
  ],
  groq: [
    row('llama-3.3-70b-versatile', 131_072, 32_768, false, [0.59, 0.79]),
    row('llama-3.1-8b-instant', 131_072, 131_072, false, [0.05, 0.08]),
    row('openai/gpt-oss-120b', 131_072, 65_536, false, [0.15, 0.6]),
    row('openai/gpt-oss-20b', 131_072, 65_536, false, [0.075, 0.3]),
    row('meta-llama/llama-4-scout-17b-16e-instruct', 131_072, 8192, true, [0.11, 0.34]),
    row('qwen/qwen3-32b', 131_072, 40_960, false, [0.29, 0.59]),
    row('moonshotai/kimi-k2-instruct-0905', 262_144, 16_384, false, [1, 3]),
  ],
};
