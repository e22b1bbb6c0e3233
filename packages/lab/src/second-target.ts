import type { Answer, Facts, Turn } from './script.ts';

/**
 * How the target behaves that is asked to finish what another one began (rules of failure, section 7). Pure: each behaviour looks at
 * the request alone. A request that asks for no continuation gets the whole text.
 *
 * Two forms of such a request are known: a conversation that ends with an assistant turn (prefill), and one whose last user turn, after
 * an assistant turn, holds an anchor between ⟦ and ⟧ to be repeated.
 */
export const BEHAVIOURS = [
  'goes-on',
  'repeats-tail',
  'repeats-anchor',
  'starts-over',
  'starts-over-differently',
  'same-first-sentence',
  'preamble',
  'reopened-fence',
  'lost-space',
  'refuses-prefill',
  'refuses',
  'answers-with-tool-call',
  'nothing-to-add',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface Continuation {
  /** The cut answer, as the request quotes it. */
  readonly shown: string;
  /** What is to be repeated; none with a prefill. */
  readonly anchor: string | undefined;
}

/** What a request asks to have continued, if it does. */
export function continuationOf(turns: readonly Turn[]): Continuation | undefined {
  const last = turns.at(-1);
  if (last?.role === 'assistant') return last.text === '' ? undefined : { shown: last.text, anchor: undefined };
  const before = turns.at(-2);
  const anchor = last?.role === 'user' ? /⟦([\s\S]*)⟧/.exec(last.text)?.[1] : undefined;
  return anchor === undefined || before?.role !== 'assistant' ? undefined : { shown: before.text, anchor };
}

/** A script: `text` to those who ask afresh; to those who want a cut one finished, what `behaviour` makes of it. */
export const secondTarget =
  (text: string, behaviour: Behaviour, more: Omit<Answer, 'text' | 'chunks'> = {}) =>
  (facts: Facts): Answer => {
    const asked = continuationOf(facts.turns);
    if (!asked) return { ...more, text };
    return { ...more, ...CONTINUE[behaviour](text, asked, facts) };
  };

const OTHER = 'There is another way to tell it. Nothing of what follows was said before, and none of it fits what was.';
const REFUSAL = "I'm sorry, but I can't help with that.";

const CONTINUE: Readonly<Record<Behaviour, (text: string, asked: Continuation, facts: Facts) => Answer>> = {
  'goes-on': (text, asked) => ({ text: rest(text, asked) }),
  'repeats-tail': (text, asked) => ({ text: tail(asked.shown) + rest(text, asked) }),
  'repeats-anchor': (text, asked) => ({ text: (asked.anchor ?? tail(asked.shown, 24)) + rest(text, asked) }),
  'starts-over': (text) => ({ text }),
  'starts-over-differently': () => ({ text: OTHER }),
  'same-first-sentence': (text) => ({ text: `${firstSentence(text)} ${OTHER}` }),
  preamble: (text, asked) => ({ text: `Sure, continuing:\n\n${asked.anchor ?? tail(asked.shown, 24)}${rest(text, asked)}` }),
  'reopened-fence': (text, asked) => ({ text: `${fence(asked.shown)}\n${asked.anchor ?? ''}${rest(text, asked)}` }),
  'lost-space': (text, asked) => ({ text: rest(text, asked).trimStart() }),
  'refuses-prefill': (text, asked) =>
    asked.anchor === undefined ? { fault: { do: 'status', reason: 'prefill' } } : { text: asked.anchor + rest(text, asked) },
  refuses: () => ({ text: REFUSAL }),
  'answers-with-tool-call': (_text, _asked, { tools }) => ({
    toolCalls: [{ name: tools[0]?.name ?? 'lookup', args: { query: 'the rest' } }],
  }),
  'nothing-to-add': () => ({ finish: 'stop' }),
};

/** What follows the shown part in the text. The request may quote it without its last white space, which is then still to come. */
function rest(text: string, { shown, anchor }: Continuation): string {
  if (text.startsWith(shown)) return text.slice(shown.length);
  const quoted = shown.trimEnd();
  if (quoted !== '' && text.startsWith(quoted)) return text.slice(quoted.length);
  const mark = anchor?.trimEnd() ?? tail(quoted, 24);
  const at = mark === '' ? -1 : text.lastIndexOf(mark);
  return at < 0 ? text : text.slice(at + mark.length);
}

const graphemes = (text: string): readonly string[] =>
  Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text), ({ segment }) => segment);

/** The shortest end of what was shown, of at least so many graphemes, that occurs once in it. */
function tail(shown: string, least = 12): string {
  const parts = graphemes(shown);
  for (let length = Math.min(least, parts.length); length < parts.length; length++) {
    const end = parts.slice(-length).join('');
    if (shown.indexOf(end) === shown.length - end.length) return end;
  }
  return shown;
}

const firstSentence = (text: string) => /^[\s\S]*?[.!?。!?:](?=\s|$|\p{Script=Han})/u.exec(text)?.[0] ?? text;

/** The last fence that was opened, language and all. */
const fence = (shown: string) => shown.match(/^```[^\n`]+$/gm)?.at(-1) ?? '```';
