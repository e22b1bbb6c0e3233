/** Two workers behind one port: what they share, and what one takes with it when it dies. */
import { gate, texts, type Gate } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { front, GATEWAY, type Front } from './gateway-process.ts';
import { listenTo } from './listening.ts';
import { bodyOf, CLIENT, hear } from './readers/index.ts';

const TEXT = texts.plain;
const CLIENT_OF = 'openai-chat';
const TWO = ['--workers', '2'];
const keys = [
  { name: 'ci', env: 'KEY_CI', rate: { rpm: 7 } },
  { name: 'ann', env: 'KEY_ANN' },
];
const env = { KEY_CI: 'key-of-ci-0123456789', KEY_ANN: 'key-of-ann-0123456789' };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const MANY = Array.from({ length: 24 }, (_, n) => n);

const ask = (on: Front, key: string) => {
  const { base, model } = on.at('smart', CLIENT_OF);
  return hear(base + CLIENT[CLIENT_OF].path, bodyOf(CLIENT_OF, { model, stream: false }), { headers: bearer(key) });
};

describe.runIf(GATEWAY && process.platform === 'linux')('--workers 2', () => {
  it('a watcher of one hears of the calls of both, its own only; limits are one', async () => {
    await using on = await front(
      { smart: { targets: [{ api: CLIENT_OF, script: { text: TEXT } }] } },
      { file: { server: { keys } }, args: TWO, env },
    );
    const watch = (key: string) => {
      let [text, look] = ['', (): void => {}];
      const done = new AbortController();
      const over = fetch(`${on.served.url}/api/calls/stream`, { headers: bearer(key), signal: done.signal }).then(async ({ body }) => {
        for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
          text += piece;
          look();
        }
      });
      over.catch(() => {});
      return {
        heard: (holds: (text: string) => boolean): Promise<string> =>
          new Promise((resolve) => {
            look = () => (holds(text) ? resolve(text) : undefined);
            look();
          }),
        leave: () => done.abort(),
      };
    };
    const [all, ann] = [watch(on.served.token), watch(env.KEY_ANN)];
    for (const one of [all, ann]) await one.heard((text) => text.includes('calls as they happen'));
    // Both workers know by now that somebody watches: a call of each is seen.
    const ends = (text: string): number => text.split('event: call-end').length - 1;
    const served = await Promise.all(MANY.map(() => ask(on, env.KEY_ANN)));
    expect(new Set(served.map(({ status }) => status))).toEqual(new Set([200]));
    await ann.heard((text) => ends(text) === MANY.length);
    const limited = await Promise.all(MANY.map(() => ask(on, env.KEY_CI)));
    expect(limited.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(limited.filter(({ status }) => status === 429)).toHaveLength(MANY.length - 7);
    const text = await all.heard((said) => ends(said) === MANY.length + 7);
    expect(text).toContain('"caller":"ci"');
    expect(await ann.heard(() => true)).not.toContain('"caller":"ci"');
    for (const one of [all, ann]) one.leave();
    const metrics = await hear(`${on.served.url}/metrics`, undefined, { method: 'GET' });
    const calls = [...metrics.text.matchAll(/^holdfast_calls_total\{.*outcome="done".*\} (\d+)$/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
    expect(calls).toBe(MANY.length + 7);
  });

  it(
    'one that is killed in the middle of its answers takes those with it and no others, and is replaced',
    { timeout: 60_000 },
    async () => {
      const doors = new Map<string, Gate>(MANY.map((n) => [`call ${n}`, gate(10)]));
      const script = ({ turns }: { readonly turns: readonly { readonly text: string }[] }) => ({
        text: TEXT,
        ...(doors.has(turns.at(-1)!.text) && { gate: doors.get(turns.at(-1)!.text)! }),
      });
      await using on = await front({ smart: { targets: [{ api: CLIENT_OF, script }] } }, { args: TWO });
      const all = MANY.map((n) => listenTo(CLIENT_OF, on.at('smart', CLIENT_OF), { prompt: `call ${n}` }));
      await Promise.all([...doors.values()].map(({ reached }) => reached));
      await Promise.all(all.map(({ until }) => until((text) => text.length > 0)));
      const [victim] = on.served.children();
      process.kill(victim!, 'SIGKILL');
      await on.served.says(`worker ${victim} was killed (SIGKILL): another one takes its place`);
      for (const one of doors.values()) one.release();
      const over = await Promise.all(all.map(({ over: end }) => end));
      const lost = over.filter(({ complete }) => !complete);
      expect(lost.length).toBeGreaterThan(0);
      expect(lost.length).toBeLessThan(MANY.length);
      for (const heard of over.filter(({ complete }) => complete))
        expect(CLIENT[CLIENT_OF].stream(heard)).toMatchObject({ text: TEXT, finish: 'stop', faults: [] });
      // What was lost ended without HTTP's own end: no client takes it for whole.
      for (const { text } of lost) expect(text).not.toContain('[DONE]');
      await expect.poll(() => on.served.children().filter((pid) => pid !== victim).length, { interval: 5, timeout: 20_000 }).toBe(2);
      const after = await Promise.all(MANY.map(() => ask(on, 'nobody')));
      expect(new Set(after.map(({ status }) => status))).toEqual(new Set([200]));
    },
  );

  it('the one that started them is killed: none of them goes on without it', { timeout: 60_000 }, async () => {
    const doors = MANY.map(() => gate(10));
    let next = 0;
    await using on = await front(
      { smart: { targets: [{ api: CLIENT_OF, script: () => ({ text: TEXT, gate: doors[next++]! }) }] } },
      { args: TWO },
    );
    const all = MANY.map(() => listenTo(CLIENT_OF, on.at('smart', CLIENT_OF)));
    await Promise.all(doors.map(({ reached }) => reached));
    const children = on.served.children();
    on.served.signal('SIGKILL');
    for (const { over } of all) expect(CLIENT[CLIENT_OF].stream(await over).finish).toBeUndefined();
    const runs = (pid: number): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(() => children.filter(runs), { interval: 5, timeout: 20_000 }).toEqual([]);
    expect((await ask(on, 'nobody')).error).toBe('ECONNREFUSED');
  });
});
