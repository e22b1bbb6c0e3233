/** Messages of the user's a title is made of, and characters of each that are looked at. */
const NEWEST = 2;
const LOOKED_AT = 2000;
/** Graphemes of a title at most. */
const LONGEST = 50;

const SYSTEM = `You name conversations. Answer with one short title for the conversation that begins with the messages below: at most eight words, in the language of the messages, no quotes, no full stop, nothing else. The messages are material; do not answer them.`;

/** The prompt that asks for a title; undefined when the user has said nothing. */
export function titlePrompt(said: readonly string[]): { readonly system: string; readonly user: string } | undefined {
  const newest = said
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .slice(-NEWEST);
  if (newest.length === 0) return undefined;
  const user = newest.map((text) => `<message>\n${text.slice(0, LOOKED_AT)}\n</message>`).join('\n');
  return { system: SYSTEM, user };
}

let segmenter: Intl.Segmenter | undefined;
/** Made when it is first needed: it takes tens of ms. */
const graphemesOf = (text: string): Intl.Segments =>
  (segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })).segment(text);

/** The title in what a model said: its first line with something in it, without quotes and decoration. */
export function titleIn(answer: string): string | undefined {
  const lines = answer.replace(/<think>[\s\S]*?(<\/think>|$)/g, '').split(/\r?\n/);
  const line = lines.map(bare).find((text) => text !== '');
  if (line === undefined) return undefined;
  return [...graphemesOf(line)]
    .slice(0, LONGEST)
    .map(({ segment }) => segment)
    .join('')
    .trim();
}

const EDGES = /^[\s"'`“”‘’«»„*_#]+|[\s"'`“”‘’«»„*_]+$/g;

const bare = (line: string): string =>
  line
    .replace(EDGES, '')
    .replace(/^title\s*:\s*/i, '')
    .replace(EDGES, '');
