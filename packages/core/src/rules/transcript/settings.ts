import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { SETTINGS, type SettingRow } from './repairs.data.ts';

type Options = LanguageModelV4CallOptions;

/** Servers of chat completions that know the newer name only. */
export function renamedLimit({ maxOutputTokens, ...request }: Options): Options {
  if (maxOutputTokens === undefined) return request;
  const { openaiCompatible, ...others } = request.providerOptions ?? {};
  return { ...request, providerOptions: { ...others, openaiCompatible: { ...openaiCompatible, max_completion_tokens: maxOutputTokens } } };
}

function withoutRow(request: Options, { name, fields = [], options = [], betas = [], set = {} }: SettingRow): Options {
  const kept = Object.fromEntries(Object.entries(request).filter(([field]) => !fields.includes(field))) as unknown as Options;
  const vendors: Record<string, unknown> = { ...set };
  for (const [vendor, given] of Object.entries(kept.providerOptions ?? {}))
    vendors[vendor] = { ...Object.fromEntries(Object.entries(given).filter(([option]) => !options.includes(option))), ...set[vendor] };
  const tools = name === 'strict' ? kept.tools?.map(loose) : undefined;
  const changed = { ...kept, ...(tools && { tools }), ...(Object.keys(vendors).length > 0 && { providerOptions: vendors }) } as Options;
  return betas.reduce(dropBeta, changed);
}

function loose(tool: NonNullable<Options['tools']>[number]): typeof tool {
  if (tool.type !== 'function') return tool;
  const { strict: _, ...rest } = tool;
  return rest;
}

/** A beta and the fields that come with it. */
export function withoutBeta(request: Options, beta: string): Options {
  const row = SETTINGS.find(({ betas = [] }) => betas.some((one) => beta.startsWith(one)));
  return dropBeta(row ? withoutRow(request, row) : request, beta);
}

function dropBeta(request: Options, beta: string): Options {
  const { headers, providerOptions } = request;
  const given = headers?.['anthropic-beta'];
  const own = providerOptions?.['anthropic']?.['anthropicBeta'];
  const isOther = (one: unknown): boolean => !String(one).trim().startsWith(beta);
  const left = given?.split(',').filter(isOther).join(',');
  return {
    ...request,
    ...(given !== undefined && { headers: { ...headers, 'anthropic-beta': left === '' ? undefined : left } }),
    ...(Array.isArray(own) && {
      providerOptions: { ...providerOptions, anthropic: { ...providerOptions?.['anthropic'], anthropicBeta: own.filter(isOther) } },
    }),
  };
}

/** A request without a setting that was refused, by the name of its row. */
export function withoutSetting(request: Options, name: string): Options {
  const row = SETTINGS.find((one) => one.name === name);
  return row ? withoutRow(request, row) : request;
}
