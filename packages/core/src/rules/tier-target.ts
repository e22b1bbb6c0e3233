import { isRecord, oneOf, readSettings, whole, type Problem, type Read, type Reader, yesNo } from './tier-settings.ts';
import { EFFORTS, type Effort } from './target.ts';

/** What one target of a tier is asked with. It belongs to that target alone: a fallback's settings replace the primary's, they never mix. */
export interface TargetSettings {
  readonly effort?: Effort;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly parallelToolCalls?: boolean;
  /** Reasoning budget in tokens; 0 is none, -1 leaves it to the model. */
  readonly thinkingTokens?: number;
  /** In the words of the vendor's package. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const number =
  (least: number, most: number): Reader =>
  (value): Read =>
    typeof value === 'number' && value >= least && value <= most ? { value } : { error: `expected a number from ${least} to ${most}` };

const map: Reader = (value) => (isRecord(value) ? { value } : { error: 'expected a map of options' });
const budget: Reader = (value) => (value === -1 ? { value } : whole(0)(value));

/** By the key as it is written: the key as we name it, and how its value is read. */
const TARGET: Readonly<Record<string, readonly [string, Reader]>> = {
  effort: ['effort', oneOf(...EFFORTS)],
  max_tokens: ['maxTokens', whole(1)],
  temperature: ['temperature', number(0, 2)],
  top_p: ['topP', number(0, 1)],
  frequency_penalty: ['frequencyPenalty', number(-2, 2)],
  presence_penalty: ['presencePenalty', number(-2, 2)],
  parallel_tool_calls: ['parallelToolCalls', yesNo],
  thinking_budget: ['thinkingTokens', budget],
  provider_opts: ['options', map],
};

/** The settings of one element of `models` written as an object; unknown keys are errors. */
export function targetSettingsOf(
  written: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): { readonly settings: TargetSettings; readonly errors: readonly Problem[] } {
  const { model: _model, ...rest } = written;
  const errors: Problem[] = [];
  return { settings: readSettings(rest, TARGET, path, ['model'], errors), errors };
}
