import { load, type Loaded } from '@holdfast/agent/engine';
import { describe, expect, it } from 'vitest';
import { reloading } from './reload.ts';

const env = (): string => 'a-secret-of-the-environment';
const read = (text: string): Loaded => load(text, 'holdfast.yaml', { env, kind: 'gateway' });
const ONE = 'tiers: { smart: openai/gpt-5 }\n';
const TWO = 'tiers: { smart: [openai/gpt-5, { model: openai/gpt-5-mini, temperature: 1 }], fast: openai/gpt-5 }\n';

/** A file that is served, and a clock that is moved by hand. */
function scene(first: string) {
  const lines: string[] = [];
  const applied: string[] = [];
  const wakes = new Set<() => void>();
  const disk = { text: first, hold: undefined as Promise<void> | undefined, refuse: undefined as string | undefined, loads: 0 };
  const reload = reloading({
    file: read(first).file!,
    load: async () => {
      disk.loads += 1;
      const { text } = disk;
      await disk.hold;
      return read(text);
    },
    apply: async (file) => {
      if (disk.refuse !== undefined) throw new Error(disk.refuse);
      applied.push([...file.tiers.keys()].join());
    },
    say: (line) => void lines.push(line),
    clock: {
      after: (_, wake) => {
        wakes.add(wake);
        return () => void wakes.delete(wake);
      },
    },
  });
  const quiet = (): void => {
    for (const wake of Array.from(wakes)) {
      wakes.delete(wake);
      wake();
    }
  };
  return { lines, applied, disk, reload, quiet, wakes };
}

describe('a file that changed', () => {
  it('is taken over, and the differences are said', async () => {
    const { lines, applied, disk, reload } = scene(ONE);
    disk.text = TWO;
    await reload.now();
    expect(applied).toEqual(['smart,fast']);
    expect(lines).toEqual([
      'holdfast.yaml is taken over:',
      '  tiers.smart.models: + {"model":"openai/gpt-5-mini","temperature":1}',
      '  tiers.fast: added',
    ]);
  });

  it('R1: changes nothing when it is wrong; every error is said, with its place', async () => {
    const { lines, applied, disk, reload } = scene(ONE);
    disk.text = 'tiers: { smart: nobody, fats: 1 }\n';
    await reload.now();
    expect(applied).toEqual([]);
    expect(lines.slice(0, 2).every((line) => line.startsWith('holdfast.yaml:1:'))).toBe(true);
    expect(lines.at(-1)).toBe('holdfast.yaml is not taken over: it is invalid; what was served before goes on');
    // What comes after it is compared with what is served, not with what was wrong.
    disk.text = ONE;
    await reload.now();
    expect(lines.at(-1)).toBe('holdfast.yaml: nothing has changed');
  });

  it('R1: changes nothing where it cannot be applied', async () => {
    const { lines, disk, reload } = scene(ONE);
    [disk.text, disk.refuse] = [TWO, 'no such lane'];
    await reload.now();
    expect(lines.at(-1)).toBe('holdfast.yaml is not taken over: no such lane; what was served before goes on');
    disk.refuse = undefined;
    await reload.now();
    expect(lines.at(-3)).toBe('holdfast.yaml is taken over:');
  });

  it('R2: one at a time; all that is asked for meanwhile is one more after it', async () => {
    const { applied, disk, reload, lines } = scene(ONE);
    const gate = Promise.withResolvers<void>();
    [disk.text, disk.hold] = [TWO, gate.promise];
    const first = reload.now();
    const more = [reload.now(), reload.now(), reload.now()];
    disk.text = 'tiers: { last: openai/gpt-5 }\n';
    gate.resolve();
    await Promise.all([first, ...more]);
    expect([disk.loads, applied]).toEqual([2, ['smart,fast', 'last']]);
    expect(lines.filter((line) => line.includes('nothing has changed'))).toEqual([]);
  });

  it('that is written in pieces is read once, and in silence where it is the same', async () => {
    const { disk, reload, quiet, lines, wakes } = scene(ONE);
    for (let n = 0; n < 5; n++) reload.soon();
    expect([disk.loads, wakes.size]).toEqual([0, 1]);
    quiet();
    await reload.close();
    expect([disk.loads, lines]).toEqual([1, []]);
    reload.soon();
    quiet();
    await reload.now();
    expect(disk.loads).toBe(1);
  });

  it('R3: no secret is said', async () => {
    const provider = (header: string, host: string): string =>
      `providers: { w: { api: openai-chat, base_url: "https://${host}/v1", token_key: K, headers: { x-auth: "${header}" } } }\n`;
    const { disk, reload, lines } = scene(provider('plain-one', 'a.example'));
    disk.text = provider('${env.OTHER} more', 'b.example');
    await reload.now();
    expect(lines).toEqual([
      'holdfast.yaml is taken over:',
      '  providers.w.base_url: https://a.example/v1 → https://b.example/v1',
      '  providers.w.headers.x-auth: changed',
    ]);
  });

  it('what only a new start changes is said to', async () => {
    const { disk, reload, lines } = scene(ONE);
    disk.text = `${ONE}server: { max_body: 1MiB, grace: 5s }\n`;
    await reload.now();
    expect(lines.slice(1)).toEqual(['  server.max_body: 33554432 → 1048576 (from the next start)', '  server.grace: 30000 → 5000']);
  });
});
