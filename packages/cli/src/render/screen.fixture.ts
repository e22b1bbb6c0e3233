interface Cell {
  readonly text: string;
  readonly struck: boolean;
}

const SEGMENTS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** The wide characters that the tests use. */
const wide = (text: string): boolean => /[\u3000-\u9fff\uac00-\ud7a3]|\p{Emoji_Presentation}/u.test(text);

/**
 * A terminal as far as this command uses one: text, line ends (which return too), tabs, the cursor up and to the left, erasing below, and
 * the attribute of struck text. Written without looking at the code under test: it wraps late, as terminals do. Anything else throws.
 */
export class Screen {
  readonly #columns: number;
  readonly #rows: number;
  #lines: (Cell | undefined)[][] = [[]];
  #row = 0;
  #column = 0;
  #struck = false;
  /** Rows that have left the screen at the top: nothing reaches them any more. */
  #gone = 0;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  write(output: string): void {
    // oxlint-disable-next-line no-control-regex
    for (const [piece, , params, end] of output.matchAll(/(\x1b\[([0-9;]*)([A-Za-z]))|[^\x1b]+|\x1b/g)) {
      if (end !== undefined) this.#obey(params ?? '', end);
      else for (const { segment } of SEGMENTS.segment(piece!)) this.#put(segment);
    }
  }

  /** Every line, those that have scrolled away included. */
  get text(): string {
    return this.#lines
      .map((line) =>
        line
          .map((cell) => cell?.text ?? '')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd();
  }

  /** What is struck, without blanks and line ends. */
  get struck(): string {
    return this.#only(true);
  }

  get plain(): string {
    return this.#only(false);
  }

  #only(struck: boolean): string {
    const cells = this.#lines.flat().filter((cell) => cell !== undefined && cell.struck === struck);
    return cells
      .map((cell) => cell!.text)
      .join('')
      .replace(/\s/g, '');
  }

  #obey(params: string, end: string): void {
    if (end === 'm') for (const code of params.split(';')) this.#style(Number(code));
    else if (end === 'A') this.#row = Math.max(this.#gone, this.#row - Number(params));
    else if (end === 'J') this.#erase();
    else throw new Error(`the terminal was told ${params}${end}`);
  }

  #style(code: number): void {
    if (code === 9) this.#struck = true;
    if (code === 29) this.#struck = false;
  }

  #erase(): void {
    this.#lines.length = this.#row + 1;
    this.#lines[this.#row]!.length = this.#column;
  }

  #put(segment: string): void {
    if (segment === '\n') return this.#feed();
    if (segment === '\r') return void (this.#column = 0);
    if (segment === '\r\n') throw new Error('a return that nobody needs');
    if (segment === '\t') return this.#tab();
    if (segment < ' ' || segment === '\x7f') throw new Error(`the terminal was told ${JSON.stringify(segment)}`);
    const size = wide(segment) ? 2 : 1;
    if (this.#column + size > this.#columns) this.#feed();
    this.#cell(this.#column, { text: segment, struck: this.#struck });
    if (size === 2) this.#cell(this.#column + 1, undefined);
    this.#column += size;
  }

  #cell(column: number, cell: Cell | undefined): void {
    const line = this.#lines[this.#row]!;
    while (line.length < column) line.push({ text: ' ', struck: false });
    line[column] = cell;
  }

  #tab(): void {
    const next = Math.min((Math.floor(this.#column / 8) + 1) * 8, this.#columns - 1);
    this.#column = Math.max(this.#column, next);
  }

  #feed(): void {
    this.#row += 1;
    this.#column = 0;
    this.#lines[this.#row] ??= [];
    this.#gone = Math.max(this.#gone, this.#row - this.#rows + 1);
  }
}
