/** Who waits until a lane has nothing to do. */
export class LaneIdlers {
  readonly #isIdle: () => boolean;
  readonly #waiting: (() => void)[] = [];

  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.look();
    });
  }

  /** Something is over. */
  look(): void {
    if (this.#waiting.length > 0 && this.#isIdle()) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
