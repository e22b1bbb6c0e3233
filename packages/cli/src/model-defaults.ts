import type { ChainTarget, ModelSettings } from '@holdfast/agent/engine';
import { isLong, type ModelOptions, type ResolvedProvider } from '@holdfast/core/engine';

type Words = Readonly<Record<string, unknown>>;

/** What the file sets for every call of a model, in the words of the package that speaks to its vendor. */
export function defaultsOf({ model, settings }: ChainTarget, provider: ResolvedProvider): Partial<ModelOptions> {
  const { maxTokens, temperature, topP, frequencyPenalty, presencePenalty, options } = settings;
  const named = { maxOutputTokens: maxTokens, temperature, topP, frequencyPenalty, presencePenalty };
  const [vendor, words] = vendorWords(settings, provider);
  const own = { ...options, ...words };
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    ...(Object.keys(own).length > 0 && { providerOptions: { [vendor]: own } as NonNullable<ModelOptions['providerOptions']> }),
    ...longContext(model, provider),
  };
}

function vendorWords({ parallelToolCalls: parallel, thinkingTokens: tokens }: ModelSettings, provider: ResolvedProvider): [string, Words] {
  switch (provider.protocol) {
    case 'anthropic-messages':
      return ['anthropic', { ...(parallel !== undefined && { disableParallelToolUse: !parallel }), ...thinking(tokens) }];
    case 'google':
      return ['google', tokens === undefined ? {} : { thinkingConfig: { thinkingBudget: tokens } }];
    case 'openai-chat':
      // Other servers are asked through another package, which sends on what it does not know as it is written.
      if (provider.vendor !== 'openai') return ['openaiCompatible', parallel === undefined ? {} : { parallel_tool_calls: parallel }];
      return ['openai', parallel === undefined ? {} : { parallelToolCalls: parallel }];
    case 'openai-responses':
      return ['openai', parallel === undefined ? {} : { parallelToolCalls: parallel }];
  }
}

/** Below zero the model decides, as it does unasked. */
const thinking = (tokens: number | undefined): Words => {
  if (tokens === undefined || tokens < 0) return {};
  return { thinking: tokens === 0 ? { type: 'disabled' } : { type: 'enabled', budgetTokens: tokens } };
};

/** `[1m]` asks Anthropic for its long window with the beta header; elsewhere it only chooses the window that is reckoned with. */
const longContext = (model: string, { protocol }: ResolvedProvider): Partial<ModelOptions> =>
  isLong(model) && protocol === 'anthropic-messages' ? { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } } : {};
