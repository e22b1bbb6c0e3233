import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { JsonObject } from '../json.ts';
import { decodePrompt } from './decode-prompt.ts';
import { decodeSettings } from './decode-settings.ts';
import { decodeTools } from './decode-tools.ts';
import { decodeVendors } from './decode-vendors.ts';

/** A client's request in the AI SDK's words. What no other protocol has a word for is left to those vendors that know it. */
export function decode(body: JsonObject): LanguageModelV4CallOptions {
  const vendors = decodeVendors(body);
  return {
    prompt: decodePrompt(body['messages']),
    ...decodeSettings(body),
    ...decodeTools(body),
    ...(Object.keys(vendors).length > 0 && { providerOptions: vendors }),
  };
}
