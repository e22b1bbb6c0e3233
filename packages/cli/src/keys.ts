/** What comes from a keyboard in raw mode. */
export type Typing =
  | { readonly type: 'keys'; readonly text: string }
  /** Pasted as one piece, line ends and all. */
  | { readonly type: 'paste'; readonly text: string }
  /** Ctrl-C. */
  | { readonly type: 'interrupt' }
  /** Ctrl-D. */
  | { readonly type: 'end' };

/** What a terminal in bracketed-paste mode puts around a paste. */
const [BEGIN, END] = ['\x1b[200~', '\x1b[201~'];
const CONTROLS = { '\x03': 'interrupt', '\x04': 'end' } as const;

/**
 * Keys, pastes and interrupts, told apart however the bytes were cut.
 * K1. A paste is one piece; nothing in it is a key.
 * K2. Nothing is kept back but the beginning of a paste's mark; a lone Escape is a key at once.
 */
export class KeyReader {
  #rest = '';
  #paste: string | undefined;

  take(chunk: string): readonly Typing[] {
    const all: Typing[] = [];
    let text = this.#rest + chunk;
    this.#rest = '';
    while (text !== '') {
      const mark = this.#paste === undefined ? BEGIN : END;
      const at = text.indexOf(mark);
      const begun = at < 0 ? unfinished(text, mark) : 0;
      const before = at < 0 ? text.slice(0, text.length - begun) : text.slice(0, at);
      if (this.#paste === undefined) all.push(...keys(before));
      else this.#paste += before;
      if (at < 0) {
        this.#rest = text.slice(text.length - begun);
        break;
      }
      if (this.#paste !== undefined) all.push({ type: 'paste', text: this.#paste });
      this.#paste = this.#paste === undefined ? '' : undefined;
      text = text.slice(at + mark.length);
    }
    return all;
  }
}

/** How much of the end may be the beginning of a mark. */
function unfinished(text: string, mark: string): number {
  for (let length = mark.length - 1; length > 1; length--) if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

// oxlint-disable-next-line no-control-regex
const keys = (text: string): readonly Typing[] =>
  text
    // oxlint-disable-next-line no-control-regex
    .split(/([\x03\x04])/)
    .filter((piece) => piece !== '')
    .map((piece): Typing => (piece in CONTROLS ? { type: CONTROLS[piece as keyof typeof CONTROLS] } : { type: 'keys', text: piece }));
