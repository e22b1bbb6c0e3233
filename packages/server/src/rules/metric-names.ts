/** Names that clients wrote and providers answered to which are labels of their own. */
const MOST = 200;

/**
 * What a chain or a target is called in metrics. A series for each name is kept for ever and can be read by everybody, and clients write names.
 *
 * N1. A name of the file, and what it leads to, is its own.
 * N2. PROVIDER/MODEL that a client wrote is its own once that provider has answered by it, at most `MOST` of them; else it is `PROVIDER/other`.
 */
export class MetricNames {
  readonly #own = new Set<string>();
  readonly #proven = new Set<string>();

  /** A call begins. */
  begins(chain: string, targets: readonly string[]): void {
    if (!chain.includes('/')) for (const target of targets) this.#own.add(target);
  }

  answered(target: string): void {
    if (this.#proven.size < MOST) this.#proven.add(target);
  }

  of(name: string): string {
    const slash = name.indexOf('/');
    return slash < 0 || this.#own.has(name) || this.#proven.has(name) ? name : `${name.slice(0, slash)}/other`;
  }
}
