import { digest } from './digest.ts';

/** Which names of tools a target takes. */
export type ToolNameRule = 'openai' | 'google' | 'any';

const TAKES: Readonly<Record<ToolNameRule, RegExp>> = {
  openai: /^[a-zA-Z0-9_-]{1,64}$/,
  google: /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/,
  any: /^[^]+$/,
};

const READABLE = 40;
const DIGITS = 12;

/** The name under which a tool is known to the target: its own where that is taken, else as much of it as is, and a hash. Injective. */
export function sentName(name: string, rule: ToolNameRule): string {
  if (TAKES[rule].test(name)) return name;
  const readable = name.replace(/[^a-zA-Z0-9_-]+/g, '_').slice(0, READABLE);
  return `${/^[a-zA-Z_]/.test(readable) ? '' : 't_'}${readable}_${digest(name, DIGITS)}`;
}

/** From the names that were sent back to the tools' own; undefined where nothing was renamed. */
export function ownNames(names: Iterable<string>, rule: ToolNameRule): ReadonlyMap<string, string> | undefined {
  let renamed: Map<string, string> | undefined;
  for (const name of names) {
    const sent = sentName(name, rule);
    if (sent !== name) (renamed ??= new Map()).set(sent, name);
  }
  return renamed;
}
