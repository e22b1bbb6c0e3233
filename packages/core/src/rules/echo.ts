import { ModelFailure } from './failure.ts';

/** Characters in a row that a provider's words may share with a request; more is no chance, but an echo. */
const SHARED = 40;
/** Any run of `SHARED` holds one whole window of half its length that begins at a multiple of it. */
const WINDOW = SHARED / 2;
/** Places of one window that are looked at: what repeats in a request is the same wherever it stands. */
const PLACES = 8;
const ECHO = '[echo]';

/** As a provider's words are kept: on one line. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ');

/** Field note 36: providers echo what they refuse. Whatever of `words` stands in the request too, 40 characters or more, is cut out. */
export function withoutEcho(words: string, request: string): string {
  if (words.length < SHARED) return words;
  const plain = oneLine(request);
  const said = words.includes('\\') ? `${plain}\n${oneLine(JSON.stringify(request).slice(1, -1))}` : plain;
  let [kept, at] = ['', 0];
  for (let from = 0; from + WINDOW <= words.length; from += WINDOW) {
    if (from < at) continue;
    const [start, end] = runAround(words, from, at, said);
    if (end - start < SHARED) continue;
    kept += words.slice(at, start) + ECHO;
    at = end;
  }
  return at === 0 ? words : kept + words.slice(at);
}

/** The longest run around a window of `words`, not before `least`, that stands in `said`. */
function runAround(words: string, from: number, least: number, said: string): readonly [number, number] {
  const window = words.slice(from, from + WINDOW);
  let best: readonly [number, number] = [from, from];
  for (let place = said.indexOf(window), seen = 0; place >= 0 && seen < PLACES; place = said.indexOf(window, place + 1), seen++) {
    let [start, end] = [from, from + WINDOW];
    while (start > least && words[start - 1] === said[place - (from - start) - 1]) start -= 1;
    while (end < words.length && words[end] === said[place + (end - from)]) end += 1;
    if (end - start > best[1] - best[0]) best = [start, end];
  }
  return best;
}

/** The same failure without what it echoes; the request is looked at only where a provider said much. */
export function unechoed(failure: ModelFailure, request: { readonly text?: string }): ModelFailure {
  const { detail = '' } = failure.facts;
  if (detail.length < SHARED || request.text === undefined) return failure;
  const clean = withoutEcho(detail, request.text);
  if (clean === detail) return failure;
  return new ModelFailure(failure.kind, failure.message, { ...failure.facts, detail: clean }, { cause: failure.cause });
}
