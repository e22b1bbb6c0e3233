/**
 * Writes `packages/core/src/rules/prices.data.ts` from the price list of @pydantic/genai-prices, for the vendors that are known by name.
 * Run it after that package was updated: `node tools/prices.ts`. It asks nobody else; the same package gives the same file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProvider, type MatchLogic, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';
import manifest from './package.json' with { type: 'json' };
import { ROOT } from './source-files.ts';

/** Prices that have begun by then hold. */
export const AS_OF = '2026-11-20';

/** Our name of a vendor, and the list's. */
export const VENDORS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
  mistral: 'mistral',
  xai: 'x-ai',
  deepseek: 'deepseek',
  groq: 'groq',
};

/** Served there too, but not by the API we speak. */
const ELSEWHERE = /^google claude/;

/** What answers with something else than text is no model of ours. */
const NOT_TEXT =
  /audio|realtime|transcribe|tts|image|embed|whisper|moderation|ocr|voice|voxtral|live|omni|guard|davinci|babbage|curie|ada$/;

const COLUMNS = ['input_mtok', 'output_mtok', 'cache_read_mtok', 'cache_write_mtok'] as const;

const escaped = (text: string): string => text.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The list's way to say which ids are a model's, as a regular expression over ids in lower case. */
function patternOf(match: MatchLogic): string {
  if ('or' in match) return match.or.map(patternOf).join('|');
  if ('and' in match) return `^${match.and.map((one) => `(?=.*?(?:${patternOf(one).replace(/^\^/, '(?<![^])')}))`).join('')}`;
  if ('equals' in match) return `^${escaped(match.equals)}$`;
  if ('starts_with' in match) return `^${escaped(match.starts_with)}`;
  if ('ends_with' in match) return `${escaped(match.ends_with)}$`;
  return 'contains' in match ? escaped(match.contains) : match.regex;
}

/** The price that holds; undefined where it changes with the hour of the day, or where the model does not answer in text. */
function priceOf({ id, prices }: ModelInfo): ModelPrice | undefined {
  const all = Array.isArray(prices) ? prices : [{ prices }];
  const begun = all.filter(({ constraint }) => constraint?.type !== 'start_date' || constraint.start_date <= AS_OF);
  const current = begun.findLast(({ constraint }) => constraint?.type === 'start_date') ?? begun[0];
  const hourly = begun.some(({ constraint }) => constraint?.type === 'time_of_date');
  if (hourly || current === undefined || NOT_TEXT.test(id)) return undefined;
  return current.prices['input_mtok'] === undefined || current.prices['output_mtok'] === undefined ? undefined : current.prices;
}

type Column = number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] } | undefined;

const trimmed = (cells: readonly (number | undefined)[]): readonly (number | null)[] => {
  const known = cells.findLastIndex((cell) => cell !== undefined);
  return cells.slice(0, known + 1).map((cell) => cell ?? null);
};

/** `[pattern, prices, from, prices]`: the second prices hold for the whole request when its input is longer than `from`. */
function rowOf(model: ModelInfo): readonly unknown[] {
  const price = priceOf(model);
  const pattern = patternOf(model.match);
  if (price === undefined) return [pattern];
  const columns = COLUMNS.map((name) => price[name] as Column);
  const base = trimmed(columns.map((column) => (typeof column === 'object' ? column.base : column)));
  const from = columns.find((column) => typeof column === 'object')?.tiers[0]?.start;
  if (from === undefined) return [pattern, base];
  return [pattern, base, from, trimmed(columns.map((column) => (typeof column === 'object' ? column.tiers[0]!.price : column)))];
}

/** A model without a price is needed only where another's pattern would take its name. */
function rowsOf(vendor: string): readonly (readonly unknown[])[] {
  const all = findProvider({ providerId: vendor })!.models.filter(({ id }) => !ELSEWHERE.test(`${vendor} ${id}`));
  const models = all.map((model) => ({ id: model.id.toLowerCase(), row: rowOf(model) }));
  return models
    .filter(({ id, row }, at) => row.length > 1 || models.slice(at + 1).some((other) => new RegExp(String(other.row[0])).test(id)))
    .map(({ row }) => row);
}

export const tables = Object.fromEntries(Object.entries(VENDORS).map(([name, vendor]) => [name, rowsOf(vendor)]));

const written = Object.entries(tables).map(
  ([name, rows]) => `  ${name}: [\n${rows.map((row) => `    ${JSON.stringify(row)},`).join('\n')}\n  ],`,
);

const text = `/**
 * Made by tools/prices.ts from @pydantic/genai-prices ${manifest.devDependencies['@pydantic/genai-prices']} (MIT, see NOTICE), as of ${AS_OF}: do not edit, run it again.
 *
 * By vendor, the first row whose pattern fits the id in lower case. US dollars per million tokens: input, output, cache read, cache
 * write; after a number of input tokens, what holds for the whole of a longer request. No price: known to be unknown.
 */
export type PriceCells = readonly [input: number, output: number, cacheRead?: number | null, cacheWrite?: number | null];
export type PriceRow = readonly [pattern: string, price?: PriceCells, from?: number, longer?: PriceCells];

export const PRICES: Readonly<Record<string, readonly PriceRow[]>> = {
${written.join('\n')}
};
`;

if (import.meta.main) writeFileSync(join(ROOT, 'packages/core/src/rules/prices.data.ts'), text);
