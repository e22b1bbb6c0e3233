/**
 * How known models give JSON; read in November 2026. The first row that matches decides, what it does not say is unknown, and so is a model
 * without a row.
 *
 * `schema`: takes a JSON schema for its answer · `json`: has a JSON mode without one · `tool`: lets a tool be forced. Forcing is a 400 at
 * models that always think, so it is done only where a row says so (field note 12).
 */
export interface JsonAbility {
  readonly schema?: boolean;
  readonly json?: boolean;
  readonly tool?: boolean;
}

type AbilityRow = readonly [model: RegExp, ability: JsonAbility];

const ALL: JsonAbility = { schema: true, json: true, tool: true };
const SCHEMA: JsonAbility = { schema: true, json: true };
const JSON_ONLY: JsonAbility = { schema: false, json: true, tool: true };

/** By vendor name, as in `known.data.ts`. */
const JSON_ABILITIES: Readonly<Record<string, readonly AbilityRow[]>> = {
  anthropic: [
    [/^claude-(?:instant|v?2|3)/, { schema: false, json: false, tool: true }],
    [/^claude-(?:opus|sonnet)-4(?:$|-0|-2\d{7}|@)/, { schema: false, json: false, tool: true }],
    [/^claude-(?:opus-4-[156]|sonnet-4-[56]|haiku-4-5)/, { schema: true, json: false, tool: true }],
    [/^claude-(?:opus-5-5|sonnet-5-5|fable-5)/, { schema: true, json: false, tool: false }],
    [/^claude-/, { schema: true, json: false }],
  ],
  openai: [
    [/^o1-(?:preview|mini)/, { schema: false, json: false, tool: false }],
    [/^(?:gpt-3\.5|gpt-4-turbo|gpt-4-1106|gpt-4-0125|gpt-4o-2024-05-13)/, JSON_ONLY],
    [/^gpt-4(?:$|-0|-32k)/, { schema: false, json: false, tool: true }],
    [/^chatgpt-/, { schema: false, json: true, tool: false }],
    [/^(?:gpt-4o|gpt-4\.1|gpt-5|o1|o3|o4)/, ALL],
  ],
  google: [
    [/^gemma/, { schema: false, json: false, tool: false }],
    [/^gemini-(?:1\.0|pro)/, { schema: false, json: false, tool: false }],
    [/^gemini-/, ALL],
  ],
  mistral: [
    [/^(?:codestral-mamba|open-mistral-7b|open-mixtral)/, { schema: false, json: true }],
    [/./, SCHEMA],
  ],
  xai: [
    [/^grok-beta/, { schema: false, json: true }],
    [/./, ALL],
  ],
  deepseek: [[/./, { schema: false, json: true }]],
  groq: [
    [/gpt-oss|llama-4|kimi-k2/, ALL],
    [/./, JSON_ONLY],
  ],
  // Ollama takes a schema in any model and ignores a forced choice.
  ollama: [[/./, { schema: true, json: true, tool: false }]],
};

/** Undefined where nothing is known. */
export const jsonAbility = (vendor: string, model: string): JsonAbility | undefined =>
  Object.hasOwn(JSON_ABILITIES, vendor) ? JSON_ABILITIES[vendor]!.find(([pattern]) => pattern.test(model))?.[1] : undefined;
