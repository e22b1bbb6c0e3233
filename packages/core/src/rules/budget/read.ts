import { nearest } from '../nearest.ts';
import type { Target } from '../target.ts';
import { limitsMoney, SPANS, UNITS, type Budget, type BudgetLimit } from './budget.ts';

/** How the keys of a budget are written: as options or as in the files. */
export type Spelling = 'camel' | 'snake';

export interface BudgetProblem {
  /** Which budget of the list. */
  readonly index: number;
  readonly key?: string;
  readonly message: string;
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

const spelled = (words: readonly string[], as: Spelling): string =>
  as === 'snake' ? words.join('_') : words.map((word, index) => (index === 0 ? word : capital(word))).join('');

const LIMITS = UNITS.flatMap((unit) => SPANS.map((per) => ({ unit, per, words: [unit, 'per', per] })));

/** The keys of one budget, as they are written. */
export const budgetKeys = (as: Spelling): readonly string[] => [
  'name',
  'caller',
  'run',
  'each',
  ...LIMITS.map(({ words }) => spelled(words, as)),
  'unpriced',
  spelled(['time', 'zone'], as),
  spelled(['renews', 'at'], as),
];

/** Budgets as people write them. */
export function readBudgets(
  given: unknown,
  as: Spelling,
): { readonly budgets: readonly Budget[]; readonly problems: readonly BudgetProblem[] } {
  if (!Array.isArray(given)) return { budgets: [], problems: [{ index: 0, message: 'expected a list of budgets' }] };
  const problems: BudgetProblem[] = [];
  const names = new Set<string>();
  const budgets = given.flatMap((one: unknown, index) => {
    const say = (message: string, key?: string): undefined => void problems.push({ index, message, ...(key !== undefined && { key }) });
    const budget = readOne(one, as, say);
    if (budget && names.has(budget.name)) say(`"${budget.name}" is the name of another budget too`, 'name');
    if (budget) names.add(budget.name);
    return budget ?? [];
  });
  return { budgets, problems };
}

type Say = (message: string, key?: string) => undefined;

function readOne(given: unknown, as: Spelling, say: Say): Budget | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return say(`expected an object such as { name, ${spelled(['usd', 'per', 'day'], as)} }`);
  const value = given as Readonly<Record<string, unknown>>;
  const keys = budgetKeys(as);
  for (const key of Object.keys(value)) {
    const near = keys.includes(key) ? undefined : nearest(key, keys);
    if (!keys.includes(key))
      say(near === undefined ? `is no key of a budget; there are ${keys.join(', ')}` : `is no key of a budget; did you mean ${near}?`, key);
  }
  const { name, caller, run, each, unpriced } = value;
  if (typeof name !== 'string' || name.trim() === '') return say('needs a name', 'name');
  for (const [key, text] of Object.entries({ caller, run }))
    if (text !== undefined && (typeof text !== 'string' || text === '')) say('must be a text', key);
  if (each !== undefined && each !== 'caller') say("must be 'caller', or be left out", 'each');
  if (each === 'caller' && caller !== undefined)
    say('gives every caller a budget of its own, and `caller` names one: leave one of the two out', 'each');
  if (unpriced !== undefined && unpriced !== 'allow' && unpriced !== 'refuse') say("must be 'allow' or 'refuse'", 'unpriced');
  const limits = limitsOf(value, as, say);
  const limited = LIMITS.some(({ words }) => value[spelled(words, as)] !== undefined);
  if (!limited) say(`limits nothing: give one of ${LIMITS.map(({ words }) => spelled(words, as)).join(', ')}`);
  const zone = zoneOf(value[spelled(['time', 'zone'], as)], (message) => say(message, spelled(['time', 'zone'], as)));
  return {
    name,
    ...(typeof caller === 'string' && { caller }),
    ...(typeof run === 'string' && { run }),
    each: each === 'caller',
    limits,
    allowUnpriced: unpriced === 'allow',
    ...(zone !== undefined && { timeZone: zone }),
    renewsAt: minutesOf(value[spelled(['renews', 'at'], as)], (message) => say(message, spelled(['renews', 'at'], as))),
  };
}

function limitsOf(value: Readonly<Record<string, unknown>>, as: Spelling, say: Say): readonly BudgetLimit[] {
  return LIMITS.flatMap(({ unit, per, words }) => {
    const key = spelled(words, as);
    const most = value[key];
    if (most === undefined) return [];
    if (typeof most !== 'number' || !Number.isFinite(most) || most < 0) return say('must be a number of at least 0', key) ?? [];
    if (unit !== 'usd' && !Number.isInteger(most)) return say('must be a whole number', key) ?? [];
    return [{ unit, per, most }];
  });
}

function zoneOf(value: unknown, say: (message: string) => undefined): string | undefined {
  if (value === undefined || value === 'UTC') return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: String(value) }).resolvedOptions().timeZone;
  } catch {
    return say(`${JSON.stringify(value)} is no time zone: expected a name such as Europe/Berlin`);
  }
}

function minutesOf(value: unknown, say: (message: string) => undefined): number {
  if (value === undefined) return 0;
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(String(value)) ?? [];
  if (hours === undefined) say(`${JSON.stringify(value)} is no time of day: expected one such as '06:00'`);
  return Number(hours ?? 0) * 60 + Number(minutes ?? 0);
}

/** A budget of money under which a target without a known price would spend unseen. */
export function unpricedUnder(
  budgets: readonly Budget[],
  targets: readonly Pick<Target, 'ref' | 'price'>[],
): { readonly budget: string; readonly targets: readonly string[] } | undefined {
  const unpriced = [...new Set(targets.filter(({ price }) => price === undefined).map(({ ref }) => ref))];
  const strict = budgets.find((budget) => limitsMoney(budget) && !budget.allowUnpriced);
  return strict && unpriced.length > 0 ? { budget: strict.name, targets: unpriced } : undefined;
}

export const unpricedText = ({ budget, targets }: NonNullable<ReturnType<typeof unpricedUnder>>): string =>
  `budget "${budget}" limits money, and the price of ${targets.join(', ')} is not known: say \`unpriced: allow\` to let ${targets.length === 1 ? 'it' : 'them'} spend uncounted`;
