import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { classify } from '../classify.ts';
import { wantsOf } from './families.ts';
import { learntOf, repairOf, unsignedFrom } from './repair-names.ts';
import { requestAfter, wantsAfter } from './repairs.ts';

type Options = LanguageModelV4CallOptions;

const refused = (message: string, status = 400) =>
  repairOf(
    classify({ statusCode: status, responseBody: JSON.stringify({ error: { message } }), message }, { protocol: 'openai-chat', now: 0 }),
  );

describe('T3: what a refusal asks for, in the vendors’ words', () => {
  it.each<[string, string | undefined]>([
    ['messages.3.content.0: The block is bound to a different conversation and cannot be replayed here', 'unsign:3'],
    ['messages.1.content.0: Invalid `signature` in `thinking` block', 'unsign:1'],
    ['Function call is missing a thought_signature in functionCall parts.', 'sign-calls'],
    ['Corrupted thought signature.', 'unsign:0'],
    ["Item 'fc_68a' of type 'function_call' was provided without its required 'reasoning' item: 'rs_68b'.", 'unsign:0'],
    ['The encrypted content gAAA could not be verified.', 'unsign:0'],
    ['Validation error at #/stream_options: Extra inputs are not permitted', 'setting:stream-options'],
    ['Unrecognized request argument supplied: stream_options', 'setting:stream-options'],
    ['stream_options.include_usage: Extra inputs are not permitted', 'setting:stream-options'],
    ['Encrypted content is not supported with this model.', 'setting:encrypted-reasoning'],
    ['Thinking may not be enabled when tool_choice forces tool use.', 'no-thinking'],
    ['`thinking` is not supported by this model', 'setting:reasoning'],
    ['This model does not support assistant message prefill. The conversation must end with a user message.', 'prefill'],
    ['The long context beta is not yet available for this subscription.', 'beta:context-1m'],
    ['Unexpected value(s) `context-management-2025-06-27` for the `anthropic-beta` header.', 'beta:context-management-2025-06-27'],
    ['Unexpected value(s) `a-2026-01-01`, `b-2026-01-01` for the `anthropic-beta` header.', 'beta:a-2026-01-01,b-2026-01-01'],
    ['invalid beta flag', 'no-betas'],
    ['This model does not support the effort parameter.', 'setting:effort'],
    ['output_config.effort: Extra inputs are not permitted', 'setting:effort'],
    ['adaptive thinking is not supported on this model', 'setting:reasoning'],
    ["thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags: 'enabled'", 'setting:reasoning'],
    ['thinking.adaptive.display: Extra inputs are not permitted', 'setting:thinking-display'],
    ['tools.11.custom.defer_loading: Extra inputs are not permitted', 'setting:tool-search'],
    ["messages.1.role: Input should be 'user' or 'assistant'", 'strict-roles'],
    ["Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40", 'plain-ids'],
    ['No tool output found for function call call_abc.', 'tools-as-text'],
    ["Unexpected role 'user' after role 'tool'", 'strict-roles'],
    ['A maximum of 4 blocks with cache_control may be provided. Found 5.', 'unmarked'],
    ['cache_control is not supported by this model', 'no-cache-marks'],
    ['max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens', 'output:64000'],
    ['max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.', 'output:16384'],
    ['This model does not support image content', 'no-images'],
    ['This model only supports single tool-calls at once!', 'single-calls'],
    ["Unsupported value: 'temperature' does not support 0.2 with this model.", 'setting:temperature'],
    ["Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 'setting:max-tokens'],
    ["Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.", 'no-effort'],
    ["Unsupported parameter: 'reasoning.effort' is not supported with this model.", 'setting:reasoning'],
    ['thinking.type: thinking cannot be disabled for this model', 'no-effort'],
    ['tools[0].function.strict: Extra inputs are not permitted', 'setting:strict'],
    ['tools.0.custom.eager_input_streaming: Extra inputs are not permitted', 'setting:tool-streaming'],
    ['context_management: Extra inputs are not permitted', 'setting:context-management'],
    [
      'Invalid JSON payload received. Unknown name "$ref" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
      'small-schemas',
    ],
    // Nothing of ours would mend these: the request is another target's.
    ["Unsupported parameter: 'frobnicate' is not supported with this model.", undefined],
    ["Previous response with id 'resp_1' not found.", undefined],
    ['registry.ollama.ai/library/gemma:2b does not support tools', undefined],
  ])('%s', (message, repair) => {
    expect(refused(message)).toBe(repair);
  });

  it('a field that holds two settings: the likelier first', () => {
    expect(refused('output_config: Extra inputs are not permitted')).toEqual(['schema-mode', 'setting:effort']);
  });

  it('what one conversation needed is not held against the model', () => {
    const ofOne = [
      'unsign:3',
      'no-thinking',
      'lower-effort',
      'schema',
      'refresh',
      'no-effort',
      'no-references',
      'tools-as-text',
      'unmarked',
    ];
    expect(ofOne.flatMap((repair) => learntOf(repair))).toEqual([]);
    for (const repair of ['setting:temperature', 'no-images', 'prefill', 'beta:x']) expect(learntOf(repair)).toEqual([repair]);
    expect(learntOf('no-effort', 'minimal')).toEqual(['effort:minimal']);
    expect([unsignedFrom('unsign:3'), unsignedFrom('no-images')]).toEqual([3, undefined]);
  });
});

describe('T3: what a repair does', () => {
  const request: Options = {
    prompt: [],
    temperature: 0.5,
    maxOutputTokens: 9000,
    reasoning: 'high',
    headers: { 'anthropic-beta': 'context-1m-2025-08-07,other-2025-01-01', 'x-own': '1' },
    providerOptions: {
      anthropic: {
        contextManagement: { edits: [] },
        thinking: { type: 'enabled' },
        anthropicBeta: ['context-management-2025-06-27', 'other'],
      },
      openai: { reasoningEffort: 'high', parallelToolCalls: false },
    },
    tools: [{ type: 'function', name: 't', inputSchema: {}, strict: true }],
  };
  const after = (repair: string) => requestAfter(request, [repair]);

  it('takes a setting out, and leaves the rest', () => {
    const { temperature: _, ...rest } = request;
    expect(after('setting:temperature')).toEqual(rest);
    expect(after('setting:reasoning')).not.toHaveProperty('reasoning');
    expect(after('setting:reasoning').providerOptions).toMatchObject({ openai: { parallelToolCalls: false } });
    expect(JSON.stringify(after('no-thinking'))).not.toMatch(/thinking|reasoningEffort/);
    expect(JSON.stringify(after('setting:strict').tools)).not.toContain('strict');
    expect(after('setting:unheard-of')).toEqual(request);
    expect(after('no-effort')).not.toHaveProperty('reasoning');
    expect(after('effort:high')).not.toHaveProperty('reasoning');
    expect(after('effort:minimal')).toEqual(request);
  });

  it('note 30: a beta and its fields go together', () => {
    expect(after('beta:context-1m').headers).toEqual({ 'anthropic-beta': 'other-2025-01-01', 'x-own': '1' });
    for (const repair of ['beta:context-management-2025-06-27', 'setting:context-management']) {
      const { anthropic } = after(repair).providerOptions!;
      expect(anthropic).toEqual({ thinking: { type: 'enabled' }, anthropicBeta: ['other'] });
    }
  });

  it('limits and names what is asked for', () => {
    expect(after('output:4096').maxOutputTokens).toBe(4096);
    expect(requestAfter({ prompt: [] }, ['output:4096']).maxOutputTokens).toBe(4096);
    const renamed = after('setting:max-tokens');
    expect(renamed).not.toHaveProperty('maxOutputTokens');
    expect(renamed.providerOptions).toMatchObject({ openaiCompatible: { max_completion_tokens: 9000 } });
  });

  it('a target wants what it was found to want, the same object for the same repairs', () => {
    const wants = wantsOf({ protocol: 'openai-chat', model: 'llama' });
    expect(wantsAfter(wants, [])).toBe(wants);
    expect(wantsAfter(wants, ['strict-roles', 'plain-ids'])).toMatchObject({ turns: 'strict', endsWithUser: true, toolIds: 'plain' });
    expect(wantsAfter(wants, ['plain-ids', 'strict-roles'])).toBe(wantsAfter(wants, ['strict-roles', 'plain-ids']));
    expect(wantsAfter(wants, ['no-images']).files).not.toContain('image/*');
    expect(wantsAfter(wants, ['setting:temperature'])).toEqual(wants);
  });
});
