import { amountText, humanDuration, restWords, type Price } from '@holdfast/core/engine';
import type { Explained, ExplainedTarget } from './explained.ts';
import { REASONS } from './call-lines.ts';
import { tameLine } from './width.ts';
import { wrapped } from './wrap.ts';

/** What a request would meet, for people: a block for each target, then the worst case. */
export function explainLines(facts: Explained, now: number, clockOf: (at: number) => string, width?: number): readonly string[] {
  const { chain, targets, settings, drawn, budgets, barred } = facts;
  const said = Object.entries(settings).map(([name, value]) => `${snake(name)} ${valueWords(name, value)}`);
  const lines = [
    `${chain} · ${targets.length} ${targets.length === 1 ? 'target' : 'targets'} · ${said.join(' · ')}`,
    ...(drawn ? ['  one member of the comma list is drawn to open each call; the others follow'] : []),
    ...(budgets.length > 0 ? [`  budgets: ${budgets.map((one) => budgetWords(one, clockOf)).join(' · ')}`] : []),
    ...(barred === undefined ? [] : [`  no call is made: ${barred}`]),
    ...nobodyLines(facts, now, clockOf),
    ...targets.flatMap((target, place) => ['', ...targetLines(target, place, facts, now, clockOf)]),
    '',
    ...worstLines(facts),
  ];
  return lines.map((line) => wrapped(tameLine(line), width, '      '));
}

function budgetWords(
  { name, unit, per, most, left, held, renewsAt }: Explained['budgets'][number],
  clockOf: (at: number) => string,
): string {
  const spent = left === most ? 'nothing of it used' : `${amountText(unit, left)} left`;
  const under = held > 0 ? `, ${amountText(unit, held)} held by calls under way` : '';
  return `${name} ${amountText(unit, most)} a ${per}, ${spent}${under}${renewsAt === undefined ? '' : `, renews ${clockOf(renewsAt)}`}`;
}

/** When nobody would be asked: who is back first. */
function nobodyLines({ first, barred, targets }: Explained, now: number, clockOf: (at: number) => string): readonly string[] {
  if (first !== undefined || barred !== undefined) return [];
  const back = targets.flatMap(({ target, until, problem, fits }) =>
    problem === undefined && fits !== 'no' && until !== undefined ? [{ target, until }] : [],
  );
  if (back.length === 0) return ['  nobody can be asked: what is in the way of each is said below'];
  const { target, until } = back.reduce((soonest, one) => (one.until < soonest.until ? one : soonest));
  return [`  nobody can be asked now: ${target} is back first, at ${clockOf(until)} (in ${humanDuration(until - now)})`];
}

function targetLines(
  target: ExplainedTarget,
  place: number,
  { first }: Explained,
  now: number,
  clockOf: (at: number) => string,
): readonly string[] {
  const { problem, protocol, baseUrl, key, account } = target;
  const head = `${place + 1}  ${target.target}${place === first ? '  ← asked first' : ''}`;
  if (problem !== undefined) return [head, `   cannot be asked: ${problem}`];
  return [
    head,
    `   asked by ${protocol} at ${baseUrl}, ${keyWords(key)}${account === undefined ? '' : `, account ${account}`}`,
    `   ${restLine(target, now, clockOf)}`,
    `   ${fitWords(target)}`,
    `   price: ${priceWords(target.price)}`,
    `   lane: ${target.lane ?? 'none'}`,
    `   ${settingWords(target)}`,
  ];
}

function keyWords({ from, present }: ExplainedTarget['key']): string {
  if (from === 'none') return 'no key needed';
  if (present === 'when-asked') return `key from ${from} when it is needed`;
  return present ? `key in ${from}` : `no key: ${from} is not set`;
}

const STANDING: Readonly<Record<ExplainedTarget['standing'], string>> = {
  free: 'usable now',
  due: 'its rest is over: the next call tries it out',
  guess: 'rests, by a guess: asked when nobody else is usable',
  fixed: 'rests',
  held: 'another call is trying it out',
};

const FIXED = {
  told: 'rests, as its provider said',
  'by-hand': 'rests, set by hand',
  guessed: 'rests, as its failure asks: nobody was told for how long',
} as const;

function restLine({ standing, rest, until, why }: ExplainedTarget, now: number, clockOf: (at: number) => string): string {
  const reason =
    why === undefined ? '' : ` (${[restWords(why.kind), why.status, why.code].filter((word) => word !== undefined).join(' ')})`;
  return `${rest ? FIXED[rest] : STANDING[standing]}${reason}${until === undefined ? '' : `, until ${clockOf(until)} (in ${humanDuration(until - now)})`}`;
}

function fitWords({ fits, unfit, window, maxOutput, images }: ExplainedTarget): string {
  const answer = { yes: 'the request fits', soft: 'the request hardly fits', no: 'the request does not fit' }[fits];
  const why = unfit === undefined ? '' : ` (${REASONS[unfit] ?? unfit})`;
  const known = [
    `window ${window === undefined ? 'unknown' : count(window)}`,
    `output ${maxOutput === undefined ? 'unknown' : count(maxOutput)}`,
    `images ${images === undefined ? 'unknown' : images ? 'yes' : 'no'}`,
  ];
  return `${answer}${why}: ${known.join(', ')}`;
}

function priceWords(price: Price | undefined): string {
  if (!price) return 'unknown: its calls are unpriced; `cost` of the model in the file sets one';
  const rate = ({ input, output, cacheRead, cacheWrite }: Omit<Price, 'longer'>): string =>
    [
      `$${input} in`,
      `$${output} out`,
      ...(cacheRead === undefined ? [] : [`$${cacheRead} cache read`]),
      ...(cacheWrite === undefined ? [] : [`$${cacheWrite} cache write`]),
    ].join(', ');
  const longer = price.longer ? `; above ${count(price.longer.above)} tokens in: ${rate(price.longer)}` : '';
  return `${rate(price)} per million tokens${longer}`;
}

function settingWords({ settings, limits }: ExplainedTarget): string {
  const given = Object.entries(settings).map(([name, value]) => `${snake(name)} ${valueWords(name, value)}`);
  const times = `first token within ${humanDuration(limits.firstToken)}, stall ${humanDuration(limits.stallText)}, total ${humanDuration(limits.total)}`;
  return `settings: ${given.length === 0 ? "the model's own" : given.join(', ')}; limits: ${times}`;
}

function worstLines({ targets, settings, worst }: Explained): readonly string[] {
  const asked = targets.filter(({ problem }) => problem === undefined).length;
  const retries = Number(settings['retries']);
  const parts = [`${asked} × (1 try + ${retries} ${retries === 1 ? 'retry' : 'retries'}) = ${worst.tries}`];
  if (worst.takeovers > 0) parts.push(`up to ${worst.takeovers} takeovers of a broken answer`);
  if (worst.races > 0)
    parts.push(
      `up to ${worst.races} asked beside a silent ${settings['hedge'] === true ? 'one' : 'probe, which is never waited for alone'}`,
    );
  parts.push(`of the others never more than max_attempts ${worst.maxAttempts}`);
  return [`worst case: ${worst.requests} upstream ${worst.requests === 1 ? 'request' : 'requests'} for one call (${parts.join('; ')})`];
}

const count = (n: number): string => n.toLocaleString('en-US');

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const MS = new Set(['patience', 'total', 'cooldown']);

const valueWords = (name: string, value: unknown): string =>
  typeof value === 'number' && MS.has(name) ? humanDuration(value) : typeof value === 'object' ? JSON.stringify(value) : String(value);
