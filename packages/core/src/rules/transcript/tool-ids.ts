import { digest } from './digest.ts';

/** Which tool-call ids a target takes. `any`: it does not care. `plain`: one that everybody takes, for a target that refused its own. */
export type ToolIdRule = 'anthropic' | 'openai-chat' | 'openai-responses' | 'mistral' | 'any' | 'plain';

interface Shape {
  readonly takes: RegExp;
  /** Characters of a made id: 62 to the power of it ids. */
  readonly digits: number;
  readonly prefix: string;
}

const SHAPES: Readonly<Record<ToolIdRule, Shape>> = {
  anthropic: { takes: /^[a-zA-Z0-9_-]{1,64}$/, digits: 20, prefix: 'hf_' },
  // Imitations make ids such as `functions.look:0`, and want them back.
  'openai-chat': { takes: /^[\x21-\x7e]{1,40}$/, digits: 20, prefix: 'hf_' },
  'openai-responses': { takes: /^(?!.*_$)[a-zA-Z0-9_-]{1,64}$/, digits: 20, prefix: 'hf_' },
  mistral: { takes: /^[a-zA-Z0-9]{9}$/, digits: 9, prefix: '' },
  any: { takes: /^[^]+$/, digits: 20, prefix: 'hf_' },
  plain: { takes: /^(?!)/, digits: 9, prefix: '' },
};

/**
 * T1. The id under which the `occurrence`-th call (0-based) of this id is sent: injective, a hash where the rule refuses it, never a cut.
 * The same for call and result, the same for ever: it depends on nothing else, so caches keep (T2).
 */
export function projectToolId(id: string, occurrence: number, rule: ToolIdRule): string {
  const { takes, digits, prefix } = SHAPES[rule];
  if (occurrence === 0 && takes.test(id)) return id;
  return prefix + digest(`${occurrence}:${id}`, digits);
}
