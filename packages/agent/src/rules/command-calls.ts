/**
 * Calls of tools in the text of a command: `!tool(name=value, …)`, a shell line in backticks after `!`, and the one form of `${…}` that
 * is a call: `${tool({ name: literal })}`.
 *
 * A value is text in quotes, or what stands up to the next comma: tools mend numbers and flags that come as text.
 */
export interface CommandCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, string>>;
}

/** A call and the index after it. Undefined: what begins there is no call. */
export interface Met {
  readonly call: CommandCall;
  readonly end: number;
}

const BANG = /!([A-Za-z_][\w-]*)\(/y;
const SHELL = /!`([^`\n]+)`/y;
const BRACED = /\$\{\s*([A-Za-z_][\w-]*)\(/y;

export function callAt(text: string, at: number): Met | undefined {
  // `word!tool(` is prose.
  if (text[at] === '!' && at > 0 && /\w/.test(text[at - 1]!)) return undefined;
  const shell = matchAt(SHELL, text, at);
  if (shell) return { call: { tool: 'shell', args: { cmd: shell[1]! } }, end: at + shell[0].length };
  const bang = matchAt(BANG, text, at);
  if (bang) {
    const inside = insideOf(text, at + bang[0].length);
    const args = inside === undefined ? undefined : namedValues(inside.text, '=');
    return args && { call: { tool: bang[1]!, args }, end: inside!.end };
  }
  const braced = matchAt(BRACED, text, at);
  const inside = braced ? insideOf(text, at + braced[0].length) : undefined;
  const close = inside === undefined ? undefined : /^\s*\}/.exec(text.slice(inside.end));
  const args = inside === undefined || !close ? undefined : literal(inside.text);
  return args && { call: { tool: braced![1]!, args }, end: inside!.end + close![0].length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** What stands up to the bracket that closes, nested and quoted ones apart. */
function insideOf(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"' || sign === "'") at = quoteEnd(text, at) ?? at;
    else if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign) && --depth === 0) return sign === ')' ? { text: text.slice(start, at), end: at + 1 } : undefined;
  }
  return undefined;
}

/** Index of the quote that closes; none on that line: it is an apostrophe. */
function quoteEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[start]) return at;
  }
  return undefined;
}

/** `{ a: 1, b: "x" }` or nothing: an object of literals. Anything else is code. */
function literal(inside: string): CommandCall['args'] | undefined {
  const body = inside.trim();
  if (body === '') return {};
  if (!body.startsWith('{') || !body.endsWith('}')) return undefined;
  const values = namedValues(body.slice(1, -1), ':');
  const plain = (part: string): boolean => /^(".*"|'.*'|-?\d+(\.\d+)?|true|false)$/s.test(part.slice(part.indexOf(':') + 1).trim());
  return values && split(body.slice(1, -1)).every(plain) ? values : undefined;
}

function namedValues(text: string, sign: '=' | ':'): CommandCall['args'] | undefined {
  const parts = split(text).map((part) => new RegExp(`^\\s*["']?([\\w-]+)["']?\\s*${sign}([\\s\\S]*)$`).exec(part));
  if (parts.some((part) => part === null)) return undefined;
  return Object.fromEntries(parts.map((part) => [part![1]!, unquoted(part![2]!.trim())]));
}

/** At commas that stand in no quotes and no brackets; an empty text has no parts. */
function split(text: string): readonly string[] {
  const parts: string[] = [];
  let [start, depth] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"' || sign === "'") at = quoteEnd(text, at) ?? at;
    else if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign)) depth--;
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  const last = text.slice(start);
  return last.trim() === '' ? parts : [...parts, last];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

function unquoted(text: string): string {
  const quote = text[0];
  if ((quote !== '"' && quote !== "'") || quoteEnd(text, 0) !== text.length - 1) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, (_, sign: string) => ESCAPES[sign] ?? sign);
}
