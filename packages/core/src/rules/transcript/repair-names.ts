import { LOWER_EFFORT } from '../empty.ts';
import type { ModelFailure } from '../failure.ts';
import { SCHEMA_MODE_REFUSED, SCHEMA_REFUSED } from '../object/refused.ts';
import { SETTINGS } from './repairs.data.ts';

/**
 * T3: what is done to a request after a refusal that names what is wrong with it. A repair is a word, with its subject behind a colon
 * (`setting:temperature`): it can be written down and made again.
 */
export type Repair = string;

/** Betas are refused, and nobody says which. */
export const NO_BETAS: Repair = 'no-betas';

/** The likeliest first: the first that changes the request is made. */
type Asked = Repair | readonly Repair[] | undefined;

/** What a refusal of this row of the classifier asks for; undefined when nothing of ours would mend it. */
const FROM_ROW: Readonly<Record<string, (detail: string) => Asked>> = {
  [LOWER_EFFORT]: () => LOWER_EFFORT,
  signature: (detail) => (/missing/i.test(detail) && /thought/i.test(detail) ? 'sign-calls' : `unsign:${placeIn(detail)}`),
  'thinking-binding': (detail) => `unsign:${placeIn(detail)}`,
  'reasoning-item': () => 'unsign:0',
  'thinking-block': () => 'no-thinking',
  'thinking-mode': (detail) =>
    /tool_choice/i.test(detail) ? 'no-thinking' : /cannot be disabled/i.test(detail) ? 'no-effort' : 'setting:reasoning',
  // These are made above: a takeover tells where it had begun the turn, a key is fetched anew, an object is asked for in words.
  prefill: () => 'prefill',
  refresh: () => 'refresh',
  // Where no schema was sent, it is the effort that stands beside it.
  [SCHEMA_MODE_REFUSED]: (detail) => [SCHEMA_MODE_REFUSED, settingIn(detail, ['effort']) ?? SCHEMA_MODE_REFUSED],
  [SCHEMA_REFUSED]: () => SCHEMA_REFUSED,
  'context-1m': () => 'beta:context-1m',
  beta: betaIn,
  'tool-id': () => 'plain-ids',
  'tool-pairing': () => 'tools-as-text',
  roles: () => 'strict-roles',
  'cache-marks': (detail) => settingIn(detail, ['cache-ttl']) ?? (/maximum|at most|too many/i.test(detail) ? 'unmarked' : 'no-cache-marks'),
  'output-limit': limitIn,
  images: () => 'no-images',
  'single-calls': () => 'single-calls',
  parameter: settingOf,
  'unknown-field': (detail) =>
    settingIn(detail, OF_TOOLS) ??
    (/tools\[|function_?declarations|input_schema|parameters/i.test(detail) ? 'small-schemas' : settingOf(detail)),
  reference: (detail) => (/\b(?:file|container|cached ?content)/i.test(detail) ? 'no-references' : undefined),
};

/** The repair of a failure that names one (`facts.repair`), made precise by what the provider said. */
export function repairOf(failure: ModelFailure): Asked {
  const { repair, detail = '' } = failure.facts;
  return repair === undefined ? undefined : FROM_ROW[repair]?.(detail);
}

/** `messages.3.content.0`: the message from which on signatures are wrong. */
const placeIn = (detail: string): string => /\bmessages[.[](\d{1,5})/.exec(detail)?.[1] ?? '0';

/** All that are named; where none is, all that were sent. */
function betaIn(detail: string): Repair {
  const named = detail.replace(/[`'"]?anthropic-beta[`'"]?/g, '').matchAll(/[`'"]([a-z0-9][a-z0-9-]{2,60})[`'"]/g);
  const names = [...named].slice(0, MOST_BETAS).map(([, name]) => name);
  return names.length === 0 ? NO_BETAS : `beta:${names.join(',')}`;
}

const MOST_BETAS = 12;

function limitIn(detail: string): Repair | undefined {
  const limit =
    />\s*(\d+)/.exec(detail)?.[1] ?? /(?:at most|less than or equal to|up to|supports?(?: a maximum of)?)\s*(\d+)/i.exec(detail)?.[1];
  return limit === undefined ? undefined : `output:${limit}`;
}

function settingIn(detail: string, among?: readonly string[]): Repair | undefined {
  const row = SETTINGS.find(({ name, said }) => (among === undefined || among.includes(name)) && said.test(detail));
  return row && `setting:${row.name}`;
}

/** Settings that stand on a tool, where a refused schema stands too. */
const OF_TOOLS = ['strict', 'tool-streaming', 'tool-search'];

/** A value that is refused says nothing of others: `minimal` may be unknown where `high` is not. */
function settingOf(detail: string): Repair | undefined {
  const repair = settingIn(detail);
  return repair === 'setting:reasoning' && VALUE.test(detail) ? 'no-effort' : repair;
}

const VALUE = /unsupported (?:value|option)|invalid value|does not support ['"`]\w+['"`]/i;

const ABOVE: ReadonlySet<Repair> = new Set([LOWER_EFFORT, 'refresh']);

/** Made where the request comes from, before it is fitted to a target. */
export const isMadeAbove = (repair: Repair): boolean => ABOVE.has(repair);

/** What this conversation or this request needed: another may not. */
const OF_THE_REQUEST: ReadonlySet<Repair> = new Set([
  ...ABOVE,
  SCHEMA_MODE_REFUSED,
  SCHEMA_REFUSED,
  'no-thinking',
  'no-effort',
  'no-references',
  'tools-as-text',
  'unmarked',
]);

/** What a repair that helped teaches of the model (T3): nothing, itself, or that it does not take the `effort` that was asked for. */
export function learntOf(repair: Repair, effort?: string): readonly Repair[] {
  if (repair === 'no-effort' && effort !== undefined) return [`effort:${effort}`];
  return OF_THE_REQUEST.has(repair) || repair.startsWith('unsign:') ? [] : [repair];
}

/** The place from which on an `unsign` repair leaves signatures out, in messages of the wire. */
export const unsignedFrom = (repair: Repair): number | undefined =>
  repair.startsWith('unsign:') ? Number(repair.slice('unsign:'.length)) : undefined;
