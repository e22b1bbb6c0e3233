/**
 * JSON in what a model wrote: as it stands, in a code fence, or between prose.
 *
 * J1. Text that is JSON as a whole is that value and nothing else is looked for.
 * J2. Else every fenced block and every balanced object or array is a candidate, fences first, in the order of the text; one that lies
 *     within another candidate is none.
 * J3. What lies within an object or array that does not end, or does not parse, is a part of it and no answer.
 * J4. Looking takes time in proportion to the text: at most 64 places are tried.
 * J5. What a model thought aloud before it answered (`<think>…</think>`) is a draft, and no answer.
 */
export interface FoundJson {
  readonly value: unknown;
  /** The text of the value alone. */
  readonly text: string;
}

export interface JsonSearch {
  readonly found: readonly FoundJson[];
  /** An object or array begins that does not end. */
  readonly cut: boolean;
  /** Where and why the likeliest candidate does not parse; set when nothing was found. */
  readonly problem?: string;
}

const MOST_PLACES = 64;
const FENCE = /(?:^|\n)[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)(?:\n[ \t]*\1[`~]*(?=\s|$)|$)/g;

const parse = (text: string): FoundJson | undefined => {
  try {
    return { value: JSON.parse(text) as unknown, text };
  } catch {
    return undefined;
  }
};

export function findJson(raw: string): JsonSearch {
  const text = answerOf(raw.replace(/^\uFEFF/, '').trim());
  const whole = parse(text);
  if (whole) return { found: [whole], cut: false };
  const fenced = [...text.matchAll(FENCE)].flatMap(([, , body = '']) => parse(body.trim()) ?? []);
  if (fenced.length > 0) return { found: [...fenced, ...balanced(text).found.filter((one) => !within(one, fenced))], cut: false };
  const { found, cut, first } = balanced(text);
  if (found.length > 0) return { found, cut };
  return { found, cut, problem: problemOf(text, cut, first) };
}

/** Local servers hand on what their models think as text. */
function answerOf(text: string): string {
  const [, tag] = /^<(think|thinking|reasoning)>/i.exec(text) ?? [];
  if (tag === undefined) return text;
  const end = text.toLowerCase().indexOf(`</${tag.toLowerCase()}>`);
  return end === -1 ? '' : text.slice(end + tag.length + 3).trim();
}

const within = ({ text }: FoundJson, others: readonly FoundJson[]): boolean => others.some((other) => other.text.includes(text));

interface Balanced {
  readonly found: readonly FoundJson[];
  readonly cut: boolean;
  /** The first candidate that does not parse. */
  readonly first: string | undefined;
}

/** How an object or array begins that is no bracket of prose. */
const BEGINS = /^(?:\{\s*(?:"|$)|\[\s*(?:["{[]|-?\d[\d.eE+-]*\s*(?:,|$)|(?:true|false|null)\s*(?:,|$)|$))/;

function balanced(text: string): Balanced {
  const found: FoundJson[] = [];
  let first: string | undefined;
  for (let [at, places] = [next(text, 0), 0]; at >= 0 && places < MOST_PLACES; places++) {
    const end = endOf(text, at);
    const one = end === undefined ? undefined : parse(text.slice(at, end));
    if (one) found.push(one);
    else first ??= text.slice(at, end);
    const json = one !== undefined || BEGINS.test(text.slice(at, at + 200));
    if (json && end === undefined) return { found, cut: true, first };
    at = next(text, json ? end! : at + 1);
  }
  return { found, cut: false, first };
}

function next(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '{' || text[at] === '[') return at;
  return -1;
}

/** The index after the bracket that closes the one at `from`; undefined when the text ends first. */
function endOf(text: string, from: number): number | undefined {
  let [depth, quoted] = [0, false];
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return undefined;
}

function problemOf(text: string, cut: boolean, first: string | undefined): string {
  if (text === '') return 'there is no text';
  if (cut) return 'the JSON begins but does not end';
  if (first === undefined) return 'there is no JSON in the text';
  try {
    JSON.parse(first);
  } catch (error) {
    // The engine quotes the text around the place, which may be long; what is wrong stands before that.
    const said = error instanceof Error ? error.message.split(/, (?=["'.])| in JSON/)[0]! : '';
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    return `the JSON does not parse: ${said}${at === undefined ? '' : ` at character ${at}`}`;
  }
  return 'there is no JSON in the text';
}
