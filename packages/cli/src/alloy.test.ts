import type { ChainSpec } from '@holdfast/agent/engine';
import type { Model, ModelOptions } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { alloy } from './alloy.ts';

const CHAIN = {
  name: 'c',
  targets: [{ ref: 'a/1' }, { ref: 'a/2' }, { ref: 'b/1' }],
  members: [[0, 1], [2]],
  routes: [],
  settings: {},
} as unknown as ChainSpec;
const USER: ModelOptions['prompt'] = [{ role: 'user', content: [] }];
const TOOL: ModelOptions['prompt'] = [...USER, { role: 'tool', content: [] }];

/** Which order a call is given to. */
async function orderOf(options: ModelOptions, chance: number, keys?: (place: number) => number): Promise<readonly number[]> {
  let asked: readonly number[] = [];
  const ofPlaces = (order: readonly number[]) => ({ doStream: async () => void (asked = order) }) as unknown as Model;
  await alloy(CHAIN, ofPlaces, () => chance, keys).doStream(options);
  return asked;
}

const kept = (place: number, ref: string) => ({ holdfast: { keep: { place, ref } } });

describe('alloy', () => {
  it('one member opens the chain, drawn for each call', async () => {
    expect(await orderOf({ prompt: USER }, 0)).toEqual([0, 1, 2]);
    expect(await orderOf({ prompt: USER }, 0.9)).toEqual([2, 0, 1]);
  });

  it.each([
    [1, 'a/2', [0, 1, 2]],
    [2, 'a/2', [2, 0, 1]],
    [0, 'b/1', [2, 0, 1]],
  ])('P8: place %i of %s in the middle of a tool exchange keeps its order', async (place, ref, order) => {
    for (const chance of [0, 0.9]) expect(await orderOf({ prompt: TOOL, providerOptions: kept(place, ref) }, chance)).toEqual(order);
  });

  it('P8: each key of a target is a place', async () => {
    const keys = (place: number): number => (place === 2 ? 2 : 1);
    expect(await orderOf({ prompt: TOOL, providerOptions: kept(3, 'a/2') }, 0, keys)).toEqual([2, 0, 1]);
  });

  it('a new turn is drawn anew', async () => {
    expect(await orderOf({ prompt: USER, providerOptions: kept(0, 'b/1') }, 0)).toEqual([0, 1, 2]);
  });
});
