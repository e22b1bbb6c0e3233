import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Continuer, Cut, Way } from './continuing.ts';
import { beginningOf, isPrefilled } from './prefill.ts';
import type { Target } from './target.ts';
import { estimateTokens } from './usage.ts';

type Options = LanguageModelV4CallOptions;
type Vendors = NonNullable<Options['providerOptions']>;

/** Options of vendors, in small letters without `_`, that make an answer one that nobody else can go on with (C5). */
const ALONE: readonly (readonly [name: string, why: string])[] = [
  ['n', 'several-answers'],
  ['candidatecount', 'several-answers'],
  ['logprobs', 'logprobs'],
  ['toplogprobs', 'logprobs'],
  ['background', 'background'],
  ['conversation', 'conversation'],
  ['prediction', 'prediction'],
  ['modalities', 'modalities'],
  ['responsemodalities', 'modalities'],
];

/** The words of the instruction (C6). The lab's providers know the brackets. */
const CUT_TURN = 'Your last turn was cut. Repeat this exactly, then go on without comment, in the same language: ';
const WITH_TOOLS = ' The turn may also go on with a tool call at once.';

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

const asksFor = (value: unknown): boolean =>
  !(
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === 1 ||
    (Array.isArray(value) && value.every(isText))
  );

const isText = (one: unknown): boolean => typeof one === 'string' && one.toLowerCase() === 'text';

function bars({ providerOptions }: Options): string | undefined {
  for (const [vendor, options] of Object.entries(providerOptions ?? {})) {
    if (vendor === 'holdfast') continue;
    for (const [name, value] of Object.entries(options)) {
      const known = ALONE.find(([one]) => one === plain(name));
      if (known && (known[0] === 'logprobs' ? value !== undefined && value !== false : asksFor(value))) return known[1];
    }
  }
  return undefined;
}

const structured = ({ responseFormat, toolChoice }: Options): boolean =>
  responseFormat?.type === 'json' || toolChoice?.type === 'tool' || toolChoice?.type === 'required';

/** What it thought is gone with the turn that was cut; what is left to say takes little of it. Budgets written by hand would outgrow the tokens left. */
function withoutBudgets(vendors: Vendors | undefined): Vendors | undefined {
  if (vendors === undefined) return undefined;
  const kept = Object.entries(vendors).map(([vendor, options]): [string, Vendors[string]] => {
    const { thinking, thinkingConfig } = options;
    const manual = (thinking as { readonly type?: unknown } | undefined)?.type === 'enabled';
    // Said to be none, not left out: the target's own settings, which come last, would bring it back.
    const none = { ...(manual && { thinking: undefined }), ...(isBudget(thinkingConfig) && { thinkingConfig: undefined }) };
    return [vendor, { ...options, ...none } as Vendors[string]];
  });
  return Object.fromEntries(kept);
}

const isBudget = (config: unknown): boolean => typeof config === 'object' && config !== null && 'thinkingBudget' in config;

/** Tokens of what is repeated, with room for a language that takes more. */
const MARGIN = 1.5;

/** The user's turn that asks to go on behind the anchor. */
export const askedToGoOn = (anchor: string, tools: boolean): string => `${CUT_TURN}⟦${anchor}⟧${tools ? WITH_TOOLS : ''}`;

/** Tokens to ask for where `left` are left: what is repeated of the anchor comes on top. */
export const roomFor = (left: number | undefined, anchor: string, way: Way): number | undefined =>
  left === undefined ? undefined : left + (way === 'prefill' ? 0 : Math.ceil(estimateTokens(anchor) * MARGIN));

function ask(request: Options, { shown, anchor, left }: Cut, way: Way, target: Target): Options {
  const vendors = withoutBudgets(request.providerOptions);
  // The target's own effort stands where the request has none.
  const reasoning = request.reasoning === undefined || request.reasoning === 'provider-default' ? target.effort : request.reasoning;
  const room = roomFor(left, anchor.anchor, way);
  const said = {
    role: 'assistant' as const,
    content: [{ type: 'text' as const, text: anchor.quote }],
    // Else a word of the user's would be put behind it, for who takes no conversation that ends with the assistant.
    ...(way === 'prefill' && { providerOptions: beginningOf(target) }),
  };
  const told = askedToGoOn(anchor.anchor, (request.tools?.length ?? 0) > 0);
  const order = { role: 'user' as const, content: [{ type: 'text' as const, text: told }] };
  return {
    ...request,
    prompt: shown === '' ? request.prompt : [...request.prompt, said, ...(way === 'prefill' ? [] : [order])],
    ...(room !== undefined && { maxOutputTokens: room }),
    ...(reasoning !== undefined && reasoning !== 'none' && { reasoning: 'minimal' as const }),
    ...(vendors && { providerOptions: vendors }),
  };
}

/** The AI SDK's call options, gone on with (C5, C6; field notes 1, 13, 25). */
export const optionsContinuer: Continuer<Options> = {
  bars,
  structured,
  ask,
  prefills: isPrefilled,
  tools: ({ tools }) => (tools?.length ?? 0) > 0,
  stops: ({ stopSequences }) => stopSequences ?? [],
};
