import { beginningsOf, patternOf, redactData, redactText, unsettled, type SecretForms } from './rules/redact.ts';

/** Shorter values are words: they would be found everywhere. */
const SHORTEST = 6;
/** Names of fields and other short texts come again and again: so many, so long, are known to be clean. */
const KNOWN = 2_000;
const KNOWN_LENGTH = 48;

/**
 * The one place that knows every secret value of the process (contracts, Security). What leaves it, in events, records, logs, errors and tool outputs, goes through `redact`;
 * what it starts gets `childEnvironment`.
 */
export interface SecretRegistry {
  /** Remembers a value under the name that is shown in its place. Values under 6 characters are not kept. */
  add(name: string, value: string): void;
  /** Whether `text` holds a secret in any form. */
  has(text: string): boolean;
  redact(text: string): string;
  /** How many characters at the end of a text may be the beginning of a secret: a stream holds them back until more is known. */
  unsettled(text: string): number;
  /** The same object when nothing was found. */
  redactDeep<T>(data: T): T;
  /** The environment without variables that are named or hold a secret, but for those in `allow`. */
  childEnvironment(env: Readonly<Record<string, string | undefined>>, allow?: readonly string[]): Record<string, string>;
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** The middle of a base64 text in which `value` stands at any of the three alignments: what its neighbours cannot change. */
function base64Forms(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  return [0, 1, 2].map((offset) => {
    const text = base64(new Uint8Array([...new Uint8Array(offset), ...bytes]));
    const start = [0, 2, 3][offset] ?? 0;
    return text.slice(start, Math.floor(((offset + bytes.length) * 8) / 6));
  });
}

/** A value as it may turn up: raw, in a URL, in JSON, in base64 (alone, or inside `user:key`). */
function formsOf(value: string): string[] {
  const url = encodeURIComponent(value);
  const coded = base64Forms(value);
  const urlSafe = coded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const lower = url.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  const all = [value, url, lower, JSON.stringify(value).slice(1, -1), ...coded, ...urlSafe];
  return [...new Set(all)].filter((form) => form.length >= SHORTEST);
}

export function secretRegistry(): SecretRegistry {
  const forms = new Map<string, string>();
  const names = new Set<string>();
  let pattern: RegExp | undefined;
  let beginnings: ReadonlySet<string> | undefined;
  let longest = 0;
  let stale = false;
  const clean = new Set<string>();
  const current = (): [RegExp | undefined, SecretForms] => {
    if (stale) pattern = patternOf(forms);
    stale = false;
    return [pattern, forms];
  };
  const redact = (text: string): string => redactText(text, ...current());
  const redactKnown = (text: string): string => {
    if (clean.has(text)) return text;
    const shown = redact(text);
    if (shown !== text || text.length > KNOWN_LENGTH) return shown;
    if (clean.size >= KNOWN) clean.clear();
    clean.add(text);
    return text;
  };
  return {
    add(name, value) {
      names.add(name);
      const trimmed = value.trim();
      if (trimmed.length < SHORTEST) return;
      for (const form of formsOf(trimmed)) {
        if (!forms.has(form)) forms.set(form, name);
        longest = Math.max(longest, form.length);
      }
      stale = true;
      beginnings = undefined;
      clean.clear();
    },
    has: (text) => redact(text) !== text,
    redact,
    unsettled: (text) => unsettled(text, (beginnings ??= beginningsOf(forms)), longest),
    redactDeep: (data) => (forms.size === 0 ? data : redactData(data, redactKnown)),
    childEnvironment(env, allow = []) {
      const kept = Object.entries(env).filter(
        ([name, value]) => value !== undefined && (allow.includes(name) || (!names.has(name) && redact(value) === value)),
      );
      return Object.fromEntries(kept) as Record<string, string>;
    },
  };
}
