/** Output to a terminal that may have to wait for whoever types. */
export class PagedOutput {
  #held: { readonly stream: NodeJS.WriteStream; readonly text: string }[] = [];
  /** The cursor stands at the beginning of a line. */
  #atStart = true;

  get atStart(): boolean {
    return this.#atStart;
  }

  get waits(): boolean {
    return this.#held.length > 0;
  }

  hold(stream: NodeJS.WriteStream, text: string): void {
    if (text !== '') this.#held.push({ stream, text });
  }

  write(stream: NodeJS.WriteStream, text: string): void {
    // oxlint-disable-next-line no-control-regex
    const bare = text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
    if (bare !== '') this.#atStart = bare.endsWith('\n');
    stream.write(text);
  }

  flush(): void {
    for (const { stream, text } of this.#held.splice(0)) this.write(stream, text);
  }

  /** What comes next has a line of its own. */
  fresh(): void {
    if (!this.#atStart) process.stderr.write('\n');
    this.#atStart = true;
  }

  /** Somebody else ended the line. */
  newLine(): void {
    this.#atStart = true;
  }
}
