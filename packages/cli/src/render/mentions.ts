/** A file named in a message: `@path`, `@"a path"`. */
export interface Mention {
  readonly path: string;
  /** As it is written, with the sign. */
  readonly written: string;
  /** It can only be meant as a path: it has a slash or an ending, or is in quotes. */
  readonly plain: boolean;
}

const MENTION = /(?<=^|[\s(])(\\?)@(?:"([^"\n]+)"|([^\s"(),;]+))/g;

/** The files a message names, each once. An `@` inside a word, as in an address, is none, nor is `\@`. */
export function mentionsIn(text: string): readonly Mention[] {
  const found = new Map<string, Mention>();
  for (const [written, escape, quoted, bare = ''] of text.matchAll(MENTION)) {
    if (escape !== '') continue;
    const path = quoted ?? bare.replace(/[.,:;!?]+$/, '');
    if (path === '') continue;
    found.set(path, {
      path,
      written: quoted === undefined ? `@${path}` : written,
      plain: quoted !== undefined || /[/~]|\.\w+$/.test(path),
    });
  }
  return [...found.values()];
}

/** `\@` stands for the sign itself. */
export const unescaped = (text: string): string => text.replace(/(?<=^|[\s(])\\@/g, '@');
