/** Where a text stops being JSON. Only asked once `JSON.parse` has said no: V8 does not always say where, and quotes the text it was given. */
export interface JsonFlaw {
  /** Characters from the start. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

const SPACE = /[ \t\n\r]*/y;
// piece by piece: a `*` over the alternatives would recurse on long strings
const STRING = /[ !#-[\]-\uffff]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const PLAIN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** How far `pattern` reaches from `at`; `at` itself where it does not fit. */
function reach(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Past a string that opens at `at`; negative: the place inside where it breaks, below zero by one. */
function pastString(text: string, at: number): number {
  for (let here = at + 1; ;) {
    if (text[here] === '"') return here + 1;
    const next = reach(STRING, text, here);
    if (next === here) return -here - 1;
    here = next;
  }
}

type Wanted = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'more';

const SAID: Readonly<Record<Wanted, string>> = {
  value: 'a value was expected',
  'first value': 'a value or ] was expected',
  key: 'a name in double quotes was expected',
  'first key': 'a name in double quotes or } was expected',
  colon: 'a colon was expected',
  more: 'a comma or the end was expected',
};

/** One token: where it ends and what must follow. A text is a flaw. */
function step(text: string, at: number, want: Wanted, open: string[]): { readonly to: number; readonly want: Wanted } | string {
  const char = text[at]!;
  const shuts = want === 'more' || (want === 'first value' && char === ']') || (want === 'first key' && char === '}');
  if (shuts && open.length > 0 && char === open.at(-1)) {
    open.pop();
    return { to: at + 1, want: 'more' };
  }
  if (want === 'more') return char === ',' && open.length > 0 ? { to: at + 1, want: open.at(-1) === '}' ? 'key' : 'value' } : SAID.more;
  if (want === 'colon') return char === ':' ? { to: at + 1, want: 'value' } : SAID.colon;
  const isKey = want === 'key' || want === 'first key';
  if (char === '"') return { to: pastString(text, at), want: isKey ? 'colon' : 'more' };
  if (isKey) return SAID[want];
  if (char === '{' || char === '[') {
    open.push(char === '{' ? '}' : ']');
    return { to: at + 1, want: char === '{' ? 'first key' : 'first value' };
  }
  const to = reach(PLAIN, text, at);
  return to === at ? SAID[want] : { to, want: 'more' };
}

/** Undefined: the text is JSON. */
export function jsonFlaw(text: string): JsonFlaw | undefined {
  const open: string[] = [];
  let want: Wanted = 'value';
  for (let at = reach(SPACE, text, 0); ; at = reach(SPACE, text, at)) {
    if (at >= text.length) return want === 'more' && open.length === 0 ? undefined : placed(text, at, 'it ends too early');
    const next = step(text, at, want, open);
    if (typeof next === 'string') return placed(text, at, next);
    if (next.to < 0) {
      const inside = -next.to - 1;
      return placed(text, inside, inside >= text.length ? 'it ends inside a string' : 'a character or escape that no string may hold');
    }
    at = next.to;
    want = next.want;
  }
}

function placed(text: string, at: number, what: string): JsonFlaw {
  const before = text.slice(0, at);
  return { at, line: before.split('\n').length, column: at - before.lastIndexOf('\n'), what };
}
