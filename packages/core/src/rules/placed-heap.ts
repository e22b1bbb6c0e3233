/** Knows its place in the one heap it is in; −1: in none. */
export interface Placed {
  place: number;
}

/** A binary heap whose members know their place: any of them is moved or taken out in O(log n). */
export class PlacedHeap<T extends Placed> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  /** In no order but that the first is first. */
  get items(): readonly T[] {
    return this.#items;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  remove(item: T): void {
    const at = item.place;
    if (at < 0) return;
    item.place = -1;
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#items[at] = last;
    last.place = at;
    this.moved(last);
  }

  /** What `item` is compared by has changed. */
  moved(item: T): void {
    const at = item.place;
    if (at < 0) return;
    this.#up(item, at);
    if (item.place === at) this.#down(item, at);
  }

  #up(item: T, from: number): void {
    const items = this.#items;
    let at = from;
    while (at > 0) {
      const over = (at - 1) >> 1;
      const other = items[over]!;
      if (!this.#before(item, other)) break;
      items[at] = other;
      other.place = at;
      at = over;
    }
    items[at] = item;
    item.place = at;
  }

  #down(item: T, from: number): void {
    const items = this.#items;
    const { length } = items;
    let at = from;
    for (;;) {
      let under = 2 * at + 1;
      if (under >= length) break;
      if (under + 1 < length && this.#before(items[under + 1]!, items[under]!)) under++;
      const other = items[under]!;
      if (!this.#before(other, item)) break;
      items[at] = other;
      other.place = at;
      at = under;
    }
    items[at] = item;
    item.place = at;
  }
}
