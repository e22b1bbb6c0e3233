import { FAULT_NAMES, REASONS, type Outage } from './outage.ts';

export interface OutageError {
  /** Where it stands, as `rules[2].fault.do`. */
  readonly path: string;
  readonly message: string;
}

type Row = Readonly<Record<string, unknown>>;
type Say = (path: string, message: string) => void;
type Check = (value: unknown, path: string, say: Say) => void;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with a script that came from outside; nothing means that it is an `Outage`. `targets`: those that exist, if known. */
export function checkOutage(data: unknown, targets?: readonly string[]): readonly OutageError[] {
  const errors: OutageError[] = [];
  const say: Say = (path, message) => void errors.push({ path, message });
  if (!isRow(data)) return [{ path: '', message: 'an outage is an object with `rules`' }];
  fields(data, '', { seed: whole(-Infinity), rules: list(rule(targets)) }, ['rules'], say);
  return errors;
}

export const isOutage = (data: unknown): data is Outage => checkOutage(data).length === 0;

const rule =
  (targets: readonly string[] | undefined): Check =>
  (value, path, say) =>
    fields(value, path, { target: target(targets), fault, from: whole(1), times: whole(0), chance: share }, ['target', 'fault'], say);

const target =
  (targets: readonly string[] | undefined): Check =>
  (value, path, say) => {
    if (typeof value !== 'string' || value === '') return say(path, 'a target is a provider, `provider/model`, or `*`');
    if (targets && value !== '*' && !targets.includes(value)) say(path, unknown('target', value, targets));
  };

const fault: Check = (value, path, say) => {
  const shape = {
    do: oneOf('fault', FAULT_NAMES),
    status: whole(100, 599),
    reason: oneOf('reason', REASONS),
    retryAfter: positive,
    headers,
    body: text,
    afterFrames: whole(0),
  };
  fields(value, path, shape, ['do'], say);
  if (isRow(value) && value['do'] === 'status' && value['status'] === undefined && value['reason'] === undefined)
    say(`${path}.status`, 'a `status` fault needs its status or a reason');
};

function fields(value: unknown, path: string, shape: Readonly<Record<string, Check>>, needed: readonly string[], say: Say): void {
  if (!isRow(value)) return say(path, 'must be an object');
  const at = (key: string) => (path ? `${path}.${key}` : key);
  for (const key of needed) if (value[key] === undefined) say(at(key), 'is missing');
  for (const [key, item] of Object.entries(value)) {
    const check = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!check) say(at(key), unknown('key', key, Object.keys(shape)));
    else if (item !== undefined) check(item, at(key), say);
  }
}

const list =
  (check: Check): Check =>
  (value, path, say) => {
    if (!Array.isArray(value)) return say(path, 'must be a list');
    value.forEach((item: unknown, i) => check(item, `${path}[${i}]`, say));
  };

const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (value, path, say) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
      say(path, `must be a whole number${least > -Infinity ? ` from ${least}` : ''}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`);
  };

const oneOf =
  (what: string, names: readonly string[]): Check =>
  (value, path, say) => {
    if (typeof value !== 'string' || !names.includes(value)) say(path, unknown(what, String(value), names));
  };

const share: Check = (value, path, say) => {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) say(path, 'must be a number from 0 to 1');
};
const positive: Check = (value, path, say) => {
  if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) say(path, 'must be a number of seconds');
};
const text: Check = (value, path, say) => {
  if (typeof value !== 'string') say(path, 'must be text');
};
const headers: Check = (value, path, say) => {
  if (!isRow(value)) return say(path, 'must be an object of texts');
  for (const [name, item] of Object.entries(value)) text(item, `${path}.${name}`, say);
};

/** "no fault is called `stal`; did you mean `stall`?" */
export function unknown(what: string, name: string, names: readonly string[]): string {
  const near = names.map((other) => ({ other, far: distance(name, other) })).toSorted((a, b) => a.far - b.far)[0];
  const hint =
    near && near.far <= Math.max(2, name.length / 3) ? `did you mean \`${near.other}\`?` : `there are ${names.join(', ') || 'none'}`;
  return `no ${what} is called \`${name}\`; ${hint}`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
