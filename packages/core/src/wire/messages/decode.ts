import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { isEffort } from '../../rules/target.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { marked } from './decode-blocks.ts';
import { decodeTools } from './decode-tools.ts';
import { decodeMessages } from './decode-turns.ts';

type Options = LanguageModelV4CallOptions;
type Effort = NonNullable<Options['reasoning']>;
type Schema = NonNullable<Extract<NonNullable<Options['responseFormat']>, { type: 'json' }>['schema']>;

/** Note 30: where Claude Code says what it is, with a number that changes call by call: it would break every other vendor's cache of the prefix. */
const ATTRIBUTION = 'x-anthropic-billing-header';

/** The request in the AI SDK's words. */
export function decode(body: JsonObject): Options {
  const { max_tokens: limit, temperature, top_p: topP, top_k: topK, stop_sequences: stops } = body;
  const reasoning = effortOf(body);
  const format = schemaOf(body);
  const providerOptions = { ...marked(body, oneCall(body['tool_choice'])).providerOptions, ...thoughtsTold(body['thinking']) };
  return {
    prompt: [...systemOf(body['system']), ...decodeMessages(list(body['messages']))],
    ...(typeof limit === 'number' && { maxOutputTokens: limit }),
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { topP }),
    ...(typeof topK === 'number' && { topK }),
    ...(Array.isArray(stops) && stops.length > 0 && { stopSequences: stops.filter(isText) }),
    ...decodeTools(body),
    ...(reasoning && { reasoning }),
    ...(format && { responseFormat: { type: 'json', schema: format } }),
    ...(Object.keys(providerOptions).length > 0 && { providerOptions }),
  };
}

const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Blocks are joined up to each cache mark: the marks stay where they are, and a prompt without any is one message. */
function systemOf(system: Json | undefined): LanguageModelV4Message[] {
  if (isText(system)) return system === '' ? [] : [{ role: 'system', content: system }];
  const blocks = list(system).filter(({ text }, at) => isText(text) && text !== '' && !(at === 0 && text.startsWith(ATTRIBUTION)));
  const out: LanguageModelV4Message[] = [];
  let texts: string[] = [];
  blocks.forEach((block, at) => {
    texts.push(String(block['text']));
    if (!isObject(block['cache_control']) && at < blocks.length - 1) return;
    out.push({ role: 'system', content: texts.join('\n\n'), ...marked(block) });
    texts = [];
  });
  return out;
}

const oneCall = (choice: Json | undefined): JsonObject =>
  isObject(choice) && choice['disable_parallel_tool_use'] === true ? { disableParallelToolUse: true } : {};

/** Google tells thoughts only when it is asked for them; others do by themselves. */
const thoughtsTold = (thinking: Json | undefined): NonNullable<Options['providerOptions']> =>
  isObject(thinking) && thinking['type'] !== 'disabled' && thinking['display'] !== 'omitted'
    ? { google: { thinkingConfig: { includeThoughts: true } } }
    : {};

/** Budgets of thinking in tokens, to the efforts for which they are commonly given; a larger one is `high`. */
const BUDGETS: readonly (readonly [below: number, effort: Effort])[] = [
  [4096, 'low'],
  [16_384, 'medium'],
];

/** A word outranks a budget. Adaptive thinking without a word is whatever the target does by itself. */
function effortOf({ thinking, output_config: output }: JsonObject): Effort | undefined {
  if (isObject(thinking) && thinking['type'] === 'disabled') return 'none';
  const effort = isObject(output) ? output['effort'] : undefined;
  if (isEffort(effort)) return effort;
  if (!isObject(thinking) || thinking['type'] !== 'enabled') return undefined;
  const budget = Number(thinking['budget_tokens']);
  return BUDGETS.find(([below]) => budget < below)?.[1] ?? 'high';
}

function schemaOf({ output_config: output, output_format: older }: JsonObject): Schema | undefined {
  const format = isObject(output) && isObject(output['format']) ? output['format'] : older;
  if (!isObject(format) || format['type'] !== 'json_schema' || !isObject(format['schema'])) return undefined;
  return format['schema'] as Schema;
}
