/**
 * Exact replacements in a text.
 *
 * X1. All or nothing: one edit that does not fit, and nothing changes.
 * X2. Each old text must stand there exactly once, at its turn: edits see what those before them did.
 * X3. Line endings are the file's: a text that differs only in them is found, and what is put in gets those of the file.
 */
export interface Edit {
  readonly oldText: string;
  readonly newText: string;
}

export type Edited = { readonly text: string; readonly lines: readonly number[] } | { readonly error: string };

export function editText(text: string, edits: readonly Edit[]): Edited {
  if (edits.length === 0) return { error: 'There are no edits.' };
  const lines: number[] = [];
  let now = text;
  for (const [at, edit] of edits.entries()) {
    const problem = (words: string) => ({
      error: `${edits.length > 1 ? `Edit ${at + 1} of ${edits.length}: ` : ''}${words} Nothing was changed.`,
    });
    if (edit.oldText === '') return problem('oldText is empty; to write a whole file use write_file.');
    const done = replaceOnce(now, edit);
    if ('error' in done) return problem(done.error);
    if (done.text === now) return problem('oldText and newText are the same.');
    lines.push(done.line);
    now = done.text;
  }
  return { text: now, lines };
}

type Replaced = { readonly text: string; readonly line: number } | { readonly error: string };

function replaceOnce(text: string, { oldText, newText }: Edit): Replaced {
  const exact = placesOf(text, oldText);
  const crlf = text.includes('\r\n');
  const [found, places] = exact.length > 0 || !crlf ? [oldText, exact] : inLineEndingsOf(text, oldText);
  if (places.length > 1) {
    const where = places.slice(0, 5).map((place) => lineAt(text, place));
    return {
      error: `oldText stands there ${places.length === MOST_PLACES ? 'many' : places.length} times (lines ${where.join(', ')}${places.length > 5 ? ', …' : ''}): give more of the text around it.`,
    };
  }
  const [place] = places;
  if (place === undefined) return { error: `oldText was not found.${hint(text, oldText)}` };
  const put = endingsOf(text, newText);
  return { text: text.slice(0, place) + put + text.slice(place + found.length), line: lineAt(text, place) };
}

const MOST_PLACES = 100;

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0 && places.length < MOST_PLACES; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}

const lf = (text: string): string => text.replaceAll('\r\n', '\n');
const crlfOf = (text: string): string => lf(text).replaceAll('\n', '\r\n');

function inLineEndingsOf(text: string, part: string): [string, number[]] {
  for (const form of [crlfOf(part), lf(part)]) {
    const places = placesOf(text, form);
    if (places.length > 0) return [form, places];
  }
  return [part, []];
}

/** A file that mixes both keeps what is given. */
function endingsOf(text: string, put: string): string {
  const crlf = placesCount(text, '\r\n');
  const all = placesCount(text, '\n');
  if (all === 0 || (crlf > 0 && crlf < all)) return put;
  return crlf === all ? crlfOf(put) : lf(put);
}

const placesCount = (text: string, part: string): number => text.split(part).length - 1;
const lineAt = (text: string, place: number): number => placesCount(text.slice(0, place), '\n') + 1;

/** Most misses are white space, or a line that was changed since. */
function hint(text: string, part: string): string {
  const first = part
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim();
  if (first === undefined) return '';
  const at = text.split('\n').findIndex((line) => line.trim() === first);
  return at < 0 ? '' : ` Line ${at + 1} is like its first line: look at white space and at what follows, or read the file again.`;
}
