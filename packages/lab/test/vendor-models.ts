import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Model } from '@holdfast/core';
import { labProvider, texts, type Fault, type LabProvider, type LabProviderOptions } from '@holdfast/lab';
import { MODEL, PROTOCOL_OF, type Api } from './http-scene.ts';

/** A provider that answers with the plain text unless told otherwise; `fault` befalls every request. */
export function labOf(
  name: string,
  api: Api,
  { fault, ...options }: Partial<LabProviderOptions> & { readonly fault?: Fault } = {},
): Promise<LabProvider> {
  const outage = { rules: fault ? [{ target: name, fault }] : [] };
  return labProvider({ script: { text: texts.plain }, outage, ...options, name, protocol: PROTOCOL_OF[api] });
}

/** A model as an AI SDK user makes it. */
export function vendor(api: Api, { url, name }: Pick<LabProvider, 'url' | 'name'>): Model {
  const settings = { baseURL: url, apiKey: `key of ${name}` };
  switch (api) {
    case 'openai-compatible':
      return createOpenAICompatible({ ...settings, name, includeUsage: true })(MODEL);
    case 'openai':
      return createOpenAI(settings).chat(MODEL);
    case 'openai-responses':
      return createOpenAI(settings).responses(MODEL);
    case 'anthropic':
      return createAnthropic(settings)(MODEL);
    case 'google':
      return createGoogle(settings)(MODEL);
  }
}
