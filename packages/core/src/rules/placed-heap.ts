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
    if (at < 0 || this.#items.length === 1) return;
    if (at > 0) this.#up(item, at);
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

  /** The first of the two below `at`; `length` or more: none. */
  #under(at: number): number {
    const items = this.#items;
    const left = 2 * at + 1;
    return left + 1 < items.length && this.#before(items[left + 1]!, items[left]!) ? left + 1 : left;
  }

  /** Most that go down go to the bottom (who was just served is last): all the way first, then up again, is half the comparing. */
  #down(item: T, from: number): void {
    const items = this.#items;
    const { length } = items;
    let at = from;
    let under = this.#under(at);
    if (under >= length || !this.#before(items[under]!, item)) return;
    for (; under < length; under = this.#under(at)) {
      const other = items[under]!;
      items[at] = other;
      other.place = at;
      at = under;
    }
    this.#up(item, at);
  }
}
