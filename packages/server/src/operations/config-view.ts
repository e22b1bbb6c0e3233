import type { AgentFile, ProviderSpec, TierSpec } from '@holdfast/agent/engine';
import type { Budget } from '@holdfast/core/engine';
import { Hidden, type Shown } from '../rules/config-diff.ts';

type Fields = Readonly<Record<string, unknown>>;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** In the file's words; what may hold a secret, hidden; where things stand, left out. */
const fields = (values: Fields): Shown =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([name, value]) => value !== undefined && !LEFT_OUT.has(name))
      .map(([name, value]) => [
        snake(name),
        HIDDEN.has(name) ? hidden(value) : NAMED.has(name) ? named(Object.entries(value as Fields), shown) : shown(value),
      ]),
  );

const LEFT_OUT: ReadonlySet<string> = new Set(['at', 'file', 'marks', 'name', 'writtenIn', 'impliedKey']);
const HIDDEN: ReadonlySet<string> = new Set(['headers', 'options', 'token_command']);

/** Maps whose names are the user's. */
const NAMED: ReadonlySet<string> = new Set(['weights', 'groups']);

const hidden = (value: unknown): Shown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, new Hidden(one)]))
    : new Hidden(value);

function shown(value: unknown): Shown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value === 'object' && value !== null) return fields(value as Fields);
  // A URL may hold a user and a password.
  return typeof value === 'string' ? value.replace(/\/\/[^/@\s]*@/, '//…@') : (value as Shown);
}

const named = <T>(values: Iterable<readonly [string, T]>, view: (value: T) => Shown): Shown =>
  Object.fromEntries([...values].map(([name, value]) => [name, view(value)]));

const provider = ({ entry, settings, effort, vendor }: ProviderSpec): Shown =>
  fields({ ...entry, ...settings, ...(effort !== undefined && { effort }), ...(vendor !== undefined && { provider: vendor }) });

/** A target is its reference, and what it alone is asked with. */
const tier = ({ models, settings }: TierSpec): Shown => {
  const targets = models.map(({ ref, effort, settings: own }) => {
    const more = { ...own, ...(effort !== undefined && { effort }) };
    return Object.keys(more).length === 0 ? ref : { model: ref, ...(fields(more) as object) };
  });
  return { models: targets, ...(fields(settings as Fields) as object) };
};

const budget = ({ limits, ...rest }: Budget): Shown => ({
  ...(fields(rest) as object),
  ...Object.fromEntries(limits.map(({ unit, per, most }) => [`${unit}_per_${per}`, most])),
});

/** What of a file the gateway serves, as `configDiff` compares it. */
export function configView(file: AgentFile): Shown {
  const { keys, aliases, ...server } = file.server;
  return {
    providers: named(file.providers, provider),
    models: named(file.models, ({ settings, entry, ...model }) => fields({ ...entry, ...model, ...settings })),
    tiers: named(file.tiers, tier),
    lanes: named(Object.entries(file.lanes), (lane) => fields(lane as Fields)),
    budgets: named(
      file.budgets.map((one) => [one.name, one] as const),
      budget,
    ),
    server: {
      ...(fields(server as unknown as Fields) as object),
      keys: named(
        keys.map((key) => [key.name, key] as const),
        (key) => fields(key as unknown as Fields),
      ),
      aliases: Object.fromEntries(aliases.map(({ pattern, ref }) => [pattern, ref])),
    },
    classify: file.classify.map((row) => shown(row)),
    records: fields(file.records as Fields),
    sessions: fields(file.sessions as Fields),
  };
}
