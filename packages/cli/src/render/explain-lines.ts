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
    ...(budgets.length > 0 ? [`  budgets: ${budgets.map(budgetWords).join(' · ')}`] : []),
    ...(barred === undefined ? [] : [`  no call is made: ${barred}`]),
    ...targets.flatMap((target, place) => ['', ...targetLines(target, place, facts, now, clockOf)]),
    '',
    ...worstLines(facts),
  ];
  return lines.map((line) => wrapped(tameLine(line), width, '      '));
}

const budgetWords = ({ name, unit, per, most }: Explained['budgets'][number]): string => `${name} ${amountText(unit, most)} a ${per}`;

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
  fixed: 'rests, as its provider said',
  held: 'another call is trying it out',
};

function restLine({ standing, until, why }: ExplainedTarget, now: number, clockOf: (at: number) => string): string {
  const reason =
    why === undefined ? '' : ` (${[restWords(why.kind), why.status, why.code].filter((word) => word !== undefined).join(' ')})`;
  return `${STANDING[standing]}${reason}${until === undefined ? '' : `, until ${clockOf(until)} (in ${humanDuration(until - now)})`}`;
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
  if (worst.races > 0) parts.push(`up to ${worst.races} asked beside a silent one`);
  parts.push(`of the others never more than max_attempts ${worst.maxAttempts}`);
  return [`worst case: ${worst.requests} upstream ${worst.requests === 1 ? 'request' : 'requests'} for one call (${parts.join('; ')})`];
}

const count = (n: number): string => n.toLocaleString('en-US');

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const MS = new Set(['patience', 'total', 'cooldown']);

const valueWords = (name: string, value: unknown): string =>
  typeof value === 'number' && MS.has(name) ? humanDuration(value) : typeof value === 'object' ? JSON.stringify(value) : String(value);
