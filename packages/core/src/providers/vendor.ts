import type { SharedV4Warning } from '@ai-sdk/provider';
import type { Model } from '../model.ts';
import { ModelFailure } from '../rules/failure.ts';
import { clampEffort } from './effort.ts';
import type { ResolvedKey, ResolvedProvider } from './registry.ts';
import type { Fetch } from './transport.ts';

export interface VendorSettings {
  /** The transport's. */
  readonly fetch: Fetch;
  /** One of the provider's keys; without it, the first. */
  readonly key?: ResolvedKey;
  /** The package for `openai-chat`: `openai` for OpenAI's own hosts, else `openai-compatible`. */
  readonly chat?: 'openai' | 'openai-compatible';
}

/** The package's own shape of what every factory takes. The base URL and the key are always given: a package that gets none looks into the environment for one. */
interface Made {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly headers: Record<string, string>;
  readonly fetch: Fetch;
}

const openai = () => loading('@ai-sdk/openai', () => import('@ai-sdk/openai'));
const compatible = () => loading('@ai-sdk/openai-compatible', () => import('@ai-sdk/openai-compatible'));
const anthropic = () => loading('@ai-sdk/anthropic', () => import('@ai-sdk/anthropic'));
const google = () => loading('@ai-sdk/google', () => import('@ai-sdk/google'));

/** Loads a vendor package on first use. */
export async function loading<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message = `the package ${name} could not be loaded: npm install ${name}`;
    throw new ModelFailure('bad-request', message, { code: 'package-missing' }, { cause });
  }
}

/** Headers by which the packages send a key; without one they would send an empty one. */
const KEY_HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key'];

function withoutKey(fetch: Fetch, own: Readonly<Record<string, string>>): Fetch {
  const kept = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return (input, init) => {
    const headers = new Headers(init?.headers);
    for (const name of KEY_HEADERS) if (!kept.has(name)) headers.delete(name);
    return fetch(input, { ...init, headers });
  };
}

/** An effort that the server does not take is a 400 there; the change is told as a warning. */
function clampBody(efforts: readonly string[] | undefined) {
  return (body: Record<string, unknown>, warnings?: SharedV4Warning[]): Record<string, unknown> => {
    const wanted = body['reasoning_effort'];
    if (typeof wanted !== 'string') return body;
    const effort = clampEffort(wanted, efforts);
    if (effort === wanted) return body;
    warnings?.push({ type: 'compatibility', feature: 'reasoning', details: `effort "${wanted}" is sent as ${effort ?? 'nothing'}` });
    const { reasoning_effort: _, ...rest } = body;
    return effort === undefined ? rest : { ...rest, reasoning_effort: effort };
  };
}

/** T3: some servers refuse to be asked for usage, and the package asks always; the repair leaves its mark in the body (`repairs.data.ts`). */
function withoutStreamOptions(body: Record<string, unknown>): Record<string, unknown> {
  if (body['streamOptions'] !== false) return body;
  const { streamOptions: _, stream_options: __, ...rest } = body;
  return rest;
}

/**
 * An AI SDK model for one key of a provider. Its retries are off by construction: they belong to `generateText`, not to `doStream`.
 * Rejects with a `ModelFailure` that names the package when that is not installed.
 */
export async function openModel(provider: ResolvedProvider, model: string, settings: VendorSettings): Promise<Model> {
  const apiKey = (settings.key ?? provider.keys[0])?.value ?? '';
  const headers = { ...provider.headers };
  const fetch = apiKey === '' ? withoutKey(settings.fetch, headers) : settings.fetch;
  const made: Made = { baseURL: provider.baseUrl, apiKey, headers, fetch };
  switch (provider.protocol) {
    case 'anthropic-messages':
      return (await anthropic()).createAnthropic(made)(model);
    case 'google':
      return (await google()).createGoogle(made)(model);
    case 'openai-responses':
      return (await openai()).createOpenAI(made).responses(model);
    case 'openai-chat': {
      const chat = settings.chat ?? (provider.vendor === 'openai' ? 'openai' : 'openai-compatible');
      if (chat === 'openai') return (await openai()).createOpenAI(made).chat(model);
      const { createOpenAICompatible } = await compatible();
      const clamped = clampBody(provider.efforts);
      const transformRequestBody: typeof clamped = (body, warnings) => withoutStreamOptions(clamped(body, warnings));
      // Whether a schema is sent is decided target by target (`rules/object/mode.ts`); the package would drop it.
      const asked = { includeUsage: true, supportsStructuredOutputs: true, transformRequestBody };
      return createOpenAICompatible({ ...made, ...asked, name: 'openaiCompatible' })(model);
    }
  }
}
