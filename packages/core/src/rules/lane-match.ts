import type { Target } from './target.ts';

/** One pattern of one lane. */
interface LaneRule {
  readonly lane: string;
  /** How specific it is: the highest that fits wins. */
  readonly weight: number;
  readonly fits: (name: Name) => boolean;
}

interface Name {
  readonly provider: string;
  readonly model: string;
}

export type LaneRules = readonly LaneRule[];

/** The lane of targets that no pattern fits, where there is one; and the name that is no lane but the way round all of them. */
export const DEFAULT_LANE = 'default';
export const NO_LANE = 'none';

const EXACT = 1_000_000;
const PROVIDER = 1;

/** What a pattern means: `provider/model`, `provider/prefix*`, `provider` (or `provider/*`), `*`. Anything else is an error text. */
function laneRule(lane: string, pattern: string): LaneRule | string {
  if (pattern === '*') return { lane, weight: 0, fits: () => true };
  const cut = pattern.indexOf('/');
  const provider = cut < 0 ? pattern : pattern.slice(0, cut);
  const model = cut < 0 ? '*' : pattern.slice(cut + 1);
  const star = model.indexOf('*');
  if (provider === '' || model === '' || provider.includes('*') || (star >= 0 && star < model.length - 1))
    return `"${pattern}" is no pattern: write provider/model, provider/prefix*, provider or *`;
  if (star < 0) return { lane, weight: EXACT, fits: (name) => name.provider === provider && name.model === model };
  const prefix = model.slice(0, -1);
  return { lane, weight: PROVIDER + prefix.length, fits: (name) => name.provider === provider && name.model.startsWith(prefix) };
}

/** Most specific first; `wrong`: what is no pattern, or stands in two lanes. */
export function laneRules(lanes: Readonly<Record<string, readonly string[]>>): {
  readonly rules: LaneRules;
  readonly wrong: readonly { readonly lane: string; readonly at: number; readonly message: string }[];
} {
  const wrong: { lane: string; at: number; message: string }[] = [];
  const rules: LaneRule[] = [];
  const seen = new Map<string, string>();
  for (const [lane, patterns] of Object.entries(lanes)) {
    for (const [at, pattern] of patterns.entries()) {
      const plain = pattern.replace(/\/\*$/, '');
      const rule = laneRule(lane, pattern);
      const other = seen.get(plain);
      if (typeof rule === 'string') wrong.push({ lane, at, message: rule });
      else if (other !== undefined)
        wrong.push({ lane, at, message: `"${pattern}" stands in lane ${other} already: a target has one lane` });
      else rules.push(rule);
      seen.set(plain, lane);
    }
  }
  if (DEFAULT_LANE in lanes) rules.push({ lane: DEFAULT_LANE, weight: -1, fits: () => true });
  return { rules: rules.toSorted((a, b) => b.weight - a.weight), wrong };
}

/** Of lanes that were checked. */
export const laneRulesOf = (lanes: Readonly<Record<string, { readonly match?: readonly string[] }>>): LaneRules =>
  laneRules(Object.fromEntries(Object.entries(lanes).map(([name, { match }]) => [name, match ?? []]))).rules;

/** The lane of a target; undefined: none. Its effort is no part of it; dates and `-latest` of a model are looked past where nothing fits whole. */
export function laneOf(rules: LaneRules, target: Pick<Target, 'ref' | 'entry' | 'model'>): string | undefined {
  const names = namesOf(target);
  let best: LaneRule | undefined;
  for (const name of names) {
    const found = rules.find((rule) => rule.fits(name));
    if (found && (!best || found.weight > best.weight)) best = found;
  }
  return best?.lane === NO_LANE ? undefined : best?.lane;
}

/** How a target may be written: by its entry, by its reference, and in the library by the vendor's name before the dot. */
function namesOf({ ref, entry, model }: Pick<Target, 'ref' | 'entry' | 'model'>): readonly Name[] {
  const provider = ref.split('/', 1)[0]!;
  const providers = new Set([entry.split('/', 1)[0]!, provider, provider.split('.', 1)[0]!]);
  const models = new Set([model, model.replace(/\[1m\]$/, ''), plainModel(model)]);
  return [...providers].flatMap((one) => [...models].map((name) => ({ provider: one, model: name })));
}

const plainModel = (model: string): string => model.replace(/\[1m\]$/, '').replace(/(?:[-@]\d{8}|-\d{4}-\d{2}-\d{2}|[-:@]latest)$/, '');
