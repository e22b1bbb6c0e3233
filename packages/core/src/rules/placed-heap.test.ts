import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlacedHeap, type Placed } from './placed-heap.ts';

interface Item extends Placed {
  key: number;
  readonly name: number;
}

it('the first is first and everybody knows his place, whatever comes, goes and changes', () => {
  const step = fc.record({ do: fc.constantFrom('add', 'add', 'remove', 'moved'), which: fc.nat(), key: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const heap = new PlacedHeap<Item>((a, b) => a.key < b.key);
      const all: Item[] = [];
      for (const { do: what, which, key } of steps) {
        const item = all[which % Math.max(1, all.length)];
        if (what === 'add' || !item) {
          all.push({ key, name: all.length, place: -1 });
          heap.add(all.at(-1)!);
        } else if (what === 'remove') {
          heap.remove(item);
          expect(item.place).toBe(-1);
        } else {
          item.key = key;
          heap.moved(item);
        }
        const members = all.filter(({ place }) => place >= 0);
        expect(heap.size).toBe(members.length);
        expect(heap.items.map(({ place }) => place)).toEqual(heap.items.map((_, at) => at));
        expect(heap.first?.key).toBe(members.map((one) => one.key).toSorted((a, b) => a - b)[0]);
      }
    }),
    { numRuns: 500 },
  );
});
