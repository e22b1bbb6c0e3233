import { describe, expect, it } from 'vitest';
import { Listed } from './listed.ts';

function scene() {
  const reads: ((value: string) => void)[] = [];
  const fails: (() => void)[] = [];
  const listed = new Listed<object, string>(
    () => new Promise((resolve, reject) => (reads.push(resolve), fails.push(() => reject(new Error('no'))))),
  );
  return { listed, reads, fails, source: {} };
}

const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

describe('a list a server has', () => {
  it('G2: is read once for all who want it, and kept', async () => {
    const { listed, reads, source } = scene();
    const both = [listed.of(source), listed.of(source)];
    reads[0]!('a');
    expect(await Promise.all(both)).toEqual(['a', 'a']);
    expect([await listed.of(source), reads.length]).toEqual(['a', 1]);
  });

  it('G1: is read again after a change, also one that came while it was read', async () => {
    const { listed, reads, source } = scene();
    const first = listed.of(source);
    listed.changed();
    reads[0]!('old');
    await turn();
    reads[1]!('new');
    expect(await first).toBe('new');
    listed.changed();
    const second = listed.of(source);
    reads[2]!('newer');
    expect([await second, await listed.of(source), reads.length]).toEqual(['newer', 'newer', 3]);
  });

  it('G1: that never stands still is answered, but not kept', async () => {
    const { listed, reads, source } = scene();
    const first = listed.of(source);
    for (const at of [0, 1, 2]) {
      listed.changed();
      reads[at]!(`v${at}`);
      await turn();
    }
    expect(await first).toBe('v2');
    void listed.of(source);
    expect(reads).toHaveLength(4);
  });

  it('is another for another life of the server, and a failure is not kept', async () => {
    const { listed, reads, fails, source } = scene();
    const first = listed.of(source);
    fails[0]!();
    await expect(first).rejects.toThrow('no');
    const again = listed.of(source);
    reads[1]!('a');
    expect(await again).toBe('a');
    const other = listed.of({});
    reads[2]!('b');
    expect(await other).toBe('b');
  });
});
