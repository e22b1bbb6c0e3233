import { findJson, type FoundJson } from './find-json.ts';
import { isObject, type Issue, type Path } from './json-value.ts';
import { Pass } from './schema-pass.ts';
import { validate } from './schema-validate.ts';

/** What a text is as an answer that was to be JSON. `parse` with `cut`: it begins and does not end. */
export type JudgedJson =
  | { readonly kind: 'ok'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'empty' | 'parse'; readonly issues: readonly Issue[]; readonly cut: boolean }
  | { readonly kind: 'schema'; readonly issues: readonly Issue[]; readonly value: unknown; readonly text: string };

export interface JudgeOptions {
  /** JSON Schema; absent: any JSON. It must be one (`schemaProblems`). */
  readonly schema?: unknown;
  /** Fields that the schema does not describe are issues; without it they are left out of the value (B3.2). */
  readonly strict?: boolean;
}

/** Looks for JSON in a text and holds it against the schema; of several candidates the first that is right, else the longest. */
export function judgeJson(text: string, options: JudgeOptions = {}): JudgedJson {
  const { found, cut, problem } = findJson(text);
  if (found.length === 0) {
    const issues = [{ path: [], message: problem ?? 'there is no JSON in the text' }];
    return { kind: text.trim() === '' ? 'empty' : 'parse', issues, cut };
  }
  const judged = found.map((one) => judgeValue(one, options));
  return judged.find(({ kind }) => kind === 'ok') ?? longest(judged);
}

type Judged = Extract<JudgedJson, { readonly text: string }>;

const longest = (judged: readonly Judged[]): Judged => judged.toSorted((a, b) => b.text.length - a.text.length)[0]!;

const MOST_ISSUES = 20;

/** Takes undescribed fields out of the value itself: it was parsed for us alone. */
export function judgeValue({ value, text }: FoundJson, { schema, strict = false }: JudgeOptions): Judged {
  if (schema === undefined || schema === true) return { kind: 'ok', value, text };
  const pass = new Pass(schema);
  validate(schema, value, pass);
  const stripped = strip(value, pass, strict, []);
  const issues = [...pass.issues, ...(strict ? stripped : [])];
  if (issues.length > 0) return { kind: 'schema', issues: issues.slice(0, MOST_ISSUES), value, text };
  return { kind: 'ok', value, text: stripped.length === 0 ? text : JSON.stringify(value) };
}

/** Answers what it left out, or would have. */
function strip(value: unknown, pass: Pass, keep: boolean, path: Path): Issue[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => strip(one, pass, keep, [...path, index]));
  if (!isObject(value)) return [];
  const extras = pass.extrasOf(value);
  if (!keep) for (const key of extras) delete (value as Record<string, unknown>)[key];
  const out: Issue[] = extras.map((key) => ({ path: [...path, key], message: 'is no field of the schema' }));
  for (const [key, one] of Object.entries(value)) if (!extras.includes(key)) out.push(...strip(one, pass, keep, [...path, key]));
  return out;
}
