import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import { lastMarks } from './cache-marks.ts';
import { Draft } from './draft.ts';
import type { Marks, ProjectionTarget } from './origin.ts';
import { fitTools } from './request-tools.ts';
import { mayThink } from './thinking.ts';

type Options = LanguageModelV4CallOptions;

/** A request as a target takes it, and what had to change. */
export interface Fitted {
  readonly options: Options;
  readonly warnings: readonly SharedV4Warning[];
}

/**
 * The settings and tools of a request as its target takes them (providers C11–C17); the prompt is projected already. What the target would
 * refuse is clamped or left out, and said.
 */
export function fitRequest(request: Options, target: ProjectionTarget, marks: Marks): Fitted {
  const draft = new Draft(request);
  sampling(draft, target);
  fitTools(draft, target);
  thinking(draft, target);
  parallel(draft, target);
  caching(draft, target, marks);
  return { options: draft.options, warnings: draft.warnings };
}

function sampling(draft: Draft, { wants }: ProjectionTarget): void {
  const { stopSequences: stops, temperature, presencePenalty, frequencyPenalty } = draft.options;
  if (stops) {
    const said = wants.namespaces.includes('anthropic') ? stops.filter((stop) => stop.trim() !== '') : stops;
    const kept = said.slice(0, Math.min(wants.stops, said.length));
    if (kept.length < stops.length) {
      const details =
        kept.length === 0 ? 'stop sequences are not taken' : `only ${kept.length} of ${stops.length} stop sequences are taken`;
      draft.set('stopSequences', kept.length > 0 ? kept : undefined, details);
    }
  }
  if (temperature !== undefined && temperature > wants.maxTemperature)
    draft.set('temperature', wants.maxTemperature, `${temperature} is sent as ${wants.maxTemperature}`);
  if (wants.penalties) return;
  if (presencePenalty !== undefined) draft.set('presencePenalty', undefined, 'is not taken');
  if (frequencyPenalty !== undefined) draft.set('frequencyPenalty', undefined, 'is not taken');
}

const without = (options: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([option]) => option !== name));

const isOn = (thinking: unknown): boolean => (thinking as { type?: unknown } | undefined)?.type === 'enabled';

/** C4, C15: thinking that this request cannot have is off for it; it is on again with the next. */
function thinking(draft: Draft, { wants }: ProjectionTarget): void {
  const { reasoning, prompt, toolChoice, providerOptions } = draft.options;
  const own = wants.namespaces.find((name) => isOn(providerOptions?.[name]?.['thinking']));
  if ((reasoning === undefined || reasoning === 'none') && own === undefined) return;
  const forced = wants.forcedTool === 'quiet' && (toolChoice?.type === 'required' || toolChoice?.type === 'tool');
  if (!forced && !(wants.leadingThought && !mayThink(prompt))) return;
  draft.set('reasoning', undefined, forced ? 'thinking is off: a tool is forced' : 'thinking is off in a turn that another model began');
  if (own !== undefined) draft.vendor(own, (options) => without(options, 'thinking'));
}

/** How each vendor's package is told to ask for one tool call at a time. */
const ONE_CALL: readonly (readonly [vendor: string, option: string, value: boolean])[] = [
  ['anthropic', 'disableParallelToolUse', true],
  ['openai', 'parallelToolCalls', false],
  ['openaiCompatible', 'parallel_tool_calls', false],
];

/** C17: what the caller asked of one vendor is asked of another in its own words. */
function parallel(draft: Draft, { wants }: ProjectionTarget): void {
  const { providerOptions: given, tools: some } = draft.options;
  if (!some || wants.namespaces.length === 0) return;
  const wanted = ONE_CALL.some(([vendor, option, value]) => given?.[vendor]?.[option] === value);
  if (!wanted && wants.parallelCalls) return;
  for (const [vendor, option, value] of ONE_CALL)
    if (wants.namespaces.includes(vendor) && given?.[vendor]?.[option] === undefined)
      draft.vendor(vendor, (own) => ({ ...own, [option]: value }));
}

/** Anthropic takes four marks; more were set turn by turn, and the last are those that count. */
const MOST_MARKS = 4;

/** C14: who marked for another vendor wanted the conversation cached; Anthropic is told so once for all of it. */
function caching(draft: Draft, { protocol, wants }: ProjectionTarget, marks: Marks): void {
  if (protocol !== 'anthropic-messages') return;
  if (!wants.cacheMarks) {
    if (draft.options.providerOptions?.['anthropic']?.['cacheControl'] !== undefined)
      draft.vendor('anthropic', (own) => without(own, 'cacheControl'));
  } else if (marks.own > MOST_MARKS) draft.set('prompt', lastMarks(draft.options.prompt, MOST_MARKS));
  else if (marks.own === 0 && marks.foreign > 0) draft.vendor('anthropic', (own) => ({ cacheControl: { type: 'ephemeral' }, ...own }));
}
