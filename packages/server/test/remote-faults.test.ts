import { createServer, connect, type Socket } from 'node:net';
import { isSessionError, remoteRuntime, type ConnectionEvent, type LiveEvent, type RemoteOptions } from '@holdfast/agent/engine';
import { systemClock, type Clock } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { runScene, TOKEN, type RunScene } from './run-scene.ts';
import { eventually } from './shell-scene.ts';

/** A way to the server that can be cut. */
async function way(port: number) {
  const sockets = new Set<Socket>();
  const state = { closed: false };
  const server = createServer((client) => {
    if (state.closed) return void client.destroy();
    const up = connect(port, '127.0.0.1');
    for (const one of [client, up]) {
      sockets.add(one);
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one);
          client.destroy();
          up.destroy();
        });
    }
    client.pipe(up).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { readonly port: number }).port}`,
    cut: () => sockets.forEach((one) => one.destroy()),
    block: (closed: boolean) => void (state.closed = closed),
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      sockets.forEach((one) => one.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Pauses are over at once, and are written down. */
function quick() {
  const pauses: number[] = [];
  const state = { mono: 0 };
  const clock: Clock = {
    ...systemClock,
    mono: () => state.mono,
    sleep: async (ms, signal) => {
      pauses.push(ms);
      state.mono += ms;
      await systemClock.sleep(1, signal);
    },
  };
  return { clock, pauses, state };
}

const remoteOf = (at: RunScene, more: Partial<RemoteOptions> = {}) => remoteRuntime({ url: at.url, token: TOKEN, agent: 'team', ...more });
const piece = (text: string) => ({ session: 's1', run: 'r1', path: [], turn: 1, attempt: 'a1', type: 'text', text }) as const;
const note = (text: string) => ({ type: 'notice', text }) as const;

describe('a remote runtime whose connection breaks', () => {
  it('38: comes back behind the last row, says nothing twice and misses nothing; whoever looks is told', async () => {
    await using at = await runScene();
    await using path = await way(at.scene.port);
    const events: ConnectionEvent[] = [];
    const remote = remoteOf(at, { url: path.url, clock: quick().clock, connection: (event) => events.push(event) });
    const heard: LiveEvent[] = [];
    using _live = remote.live((event) => heard.push(event));
    const said = () => heard.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    const run = await remote.start({ prompt: 'hi' });
    const rows: number[] = [];
    const reading = (async () => {
      for await (const { seq } of run.events) rows.push(seq);
    })();
    await eventually(() => rows.length === 2);
    at.fake.say(piece('to'));
    await eventually(() => said().length === 1);
    for (let n = 0; n < 3; n++) {
      path.cut();
      at.fake.say(piece('-ge'));
      at.fake.emit('s1', note(`while away ${n}`));
      await eventually(() => rows.length === 3 + n && said().length === 2 + n);
    }
    at.fake.end('s1', 'done', 'so');
    expect(await run.done).toEqual({ why: 'done', answer: 'so' });
    await reading;
    expect([rows, said()]).toEqual([
      [1, 2, 3, 4, 5, 6],
      ['to', '-ge', '-ge', '-ge'],
    ]);
    expect(events.map(({ type, session }) => [type, session])).toEqual(
      [1, 2, 3].flatMap(() => [
        ['lost', 's1'],
        ['restored', 's1'],
      ]),
    );
    await remote.close();
    await eventually(() => at.scene.http.open === 0);
  });

  it('a request whose answer was lost is sent again, and is one run', async () => {
    await using at = await runScene();
    let lost = 0;
    const lossy: typeof fetch = async (...args) => {
      const res = await fetch(...args);
      if ((args[1]?.method ?? 'GET') === 'GET' || lost >= 2) return res;
      lost++;
      await res.arrayBuffer();
      throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    };
    const remote = remoteOf(at, { fetch: lossy, clock: quick().clock });
    const run = await remote.start({ prompt: 'hi' });
    expect([lost, at.fake.kept.size]).toEqual([2, 1]);
    lost = 0;
    await remote.steer(run.session, 'left');
    expect([lost, at.fake.told.length]).toEqual([2, 1]);
    at.fake.end(run.session);
    await run.done;
    await remote.close();
  });

  it('tries after 100, 200, 400, 800 and 1600 ms, at most, and then says whom it cannot reach', async () => {
    const { clock, pauses } = quick();
    const dead: typeof fetch = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }));
    const remote = remoteRuntime({ url: 'http://127.0.0.1:9', fetch: dead, clock, random: () => 1 });
    await expect(remote.sessions()).rejects.toThrow('cannot reach http://127.0.0.1:9: ECONNREFUSED');
    expect(pauses).toEqual([100, 200, 400, 800, 1600]);
    pauses.length = 0;
    const jittered = remoteRuntime({ url: 'http://127.0.0.1:9', fetch: dead, clock, random: () => 0 });
    await expect(jittered.sessions()).rejects.toThrow();
    expect(pauses).toEqual([50, 100, 200, 400, 800]);
  });

  it('gives a run up when nobody was reached for too long; it goes on at the server', async () => {
    await using at = await runScene();
    await using path = await way(at.scene.port);
    const remote = remoteOf(at, { url: path.url, clock: quick().clock, lostMs: 5_000 });
    const run = await remote.start({ prompt: 'hi' });
    for await (const { seq } of run.events) if (seq === 2) break;
    path.block(true);
    path.cut();
    await expect(run.done).rejects.toThrow(/was not reached for 5 s .* what runs there goes on/);
    await expect(async () => {
      for await (const _ of run.events);
    }).rejects.toThrow('what runs there goes on');
    expect(at.api.open).toBe(1);
  });

  it('a connection on which nothing comes for three signs of life is left for another', async () => {
    await using at = await runScene();
    const { clock, state } = quick();
    const timers = new Map<() => void, number>();
    const events: string[] = [];
    const armed: Clock = { ...clock, after: (ms, wake) => (timers.set(wake, ms), () => void timers.delete(wake)) };
    const remote = remoteOf(at, { clock: armed, connection: ({ type }) => events.push(type) });
    const run = await remote.start({ prompt: 'hi' });
    for await (const { seq } of run.events) if (seq === 2) break;
    state.mono += 45_000;
    for (const [wake, ms] of Array.from(timers)) if (ms === 45_000) wake();
    await eventually(() => events.includes('restored'));
    at.fake.end(run.session, 'done', 'so');
    expect((await run.done).answer).toBe('so');
    expect(events).toEqual(['lost', 'restored']);
  });

  it('a run that broke off with its server is gone, and the words say how it goes on', async () => {
    await using at = await runScene();
    await at.fake.shelf.create({ id: 'old', file: '/team.yaml', agent: 'root', cwd: '/', at: 1 });
    at.fake.emit('old', { type: 'run-start', agent: 'root', resumed: false });
    const forgetful: typeof fetch = async (url, init) =>
      init?.method === 'POST' ? new Response(JSON.stringify({ run: 'r0', session: 'old', seq: 0 }), { status: 202 }) : fetch(url, init);
    const run = await remoteOf(at, { fetch: forgetful }).resume('old');
    const error = await run.done.catch((thrown: unknown) => thrown);
    expect(isSessionError(error) && [error.kind, error.message]).toEqual(['gone', expect.stringContaining('resume its session')]);
  });
});

describe('a remote runtime and what it is told', () => {
  it('passes over events it does not know, and comments', async () => {
    const stream = [
      ': hello\n\n',
      'event: novelty\ndata: {"x":1}\n\n',
      'event: live\ndata: {"type":"hologram","session":"s"}\n\n',
      'id: 1\nevent: row\ndata: {"session":"s","seq":1,"version":1,"at":1,"run":"r","path":[],"event":{"type":"from-the-future"}}\n\n',
      'event: done\ndata: {"result":{"why":"done","answer":"ok"}}\n\n',
    ].join('');
    const answers: typeof fetch = async (_, init) =>
      init?.method === 'POST'
        ? new Response('{"run":"r","session":"s","seq":0}', { status: 202 })
        : new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
    const remote = remoteRuntime({ url: 'http://127.0.0.1:9', fetch: answers });
    const heard: LiveEvent[] = [];
    remote.live((event) => heard.push(event));
    const run = await remote.start({ prompt: 'hi' });
    expect([await run.done, heard]).toEqual([{ why: 'done', answer: 'ok' }, []]);
    const seqs: number[] = [];
    for await (const { seq } of run.events) seqs.push(seq);
    expect(seqs).toEqual([1]);
  });

  it('a frame without end is an error, not memory', async () => {
    const piece = new TextEncoder().encode('x'.repeat(1024 * 1024));
    let pulled = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(out) {
          out.enqueue(pulled++ === 0 ? new TextEncoder().encode('data: ') : piece);
        },
      });
    const answers: typeof fetch = async () => new Response(endless());
    const remote = remoteRuntime({ url: 'http://127.0.0.1:9', fetch: answers });
    await expect(async () => {
      for await (const _ of remote.follow('s', 0, new AbortController().signal));
    }).rejects.toThrow('longer than');
    expect(pulled).toBeLessThan(30);
  });

  it('a wrong token, a wrong name and no name where there are two say what to do', async () => {
    await using at = await runScene();
    await expect(remoteOf(at, { token: 'wrong' }).agents()).rejects.toThrow(/token.*api\.token/);
    await expect(remoteOf(at, { agent: 'tem' }).start({ prompt: 'x' })).rejects.toThrow('did you mean "team"');
    const nameless = remoteRuntime({ url: at.url, token: TOKEN });
    await expect(nameless.agents()).rejects.toThrow('say which of team, other');
    await expect(nameless.start({ prompt: 'x' })).rejects.toThrow('say which agent');
    const run = await remoteOf(at).start({ prompt: 'x', agent: 'helper' });
    expect(at.fake.kept.get(run.session)!.head.agent).toBe('helper');
    at.fake.end(run.session);
    await run.done;
  });

  it('two clients share one session: one steers what the other runs, both see it', async () => {
    await using at = await runScene();
    const [one, two] = [remoteOf(at), remoteOf(at)];
    const run = await one.start({ prompt: 'hi' });
    await two.steer(run.session, 'left');
    expect(at.fake.told.map(({ verb }) => verb)).toEqual(['steer']);
    const stop = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { seq } of two.follow(run.session, 0, stop.signal)) seen.push(seq);
    })();
    await eventually(() => seen.length === 2);
    await two.stop(run.session);
    expect((await run.done).why).toBe('stopped');
    await eventually(() => seen.length === 3);
    stop.abort();
    await watching;
    await Promise.all([one.close(), two.close()]);
    await eventually(() => at.scene.http.open === 0);
  });

  it('a reader far behind reads the log; what is kept has a bound', async () => {
    await using at = await runScene();
    const remote = remoteOf(at);
    const run = await remote.start({ prompt: 'hi' });
    const reader = run.events[Symbol.asyncIterator]();
    await reader.next();
    for (let n = 0; n < 3_000; n++) at.fake.emit(run.session, note(String(n)));
    at.fake.end(run.session, 'done', 'so');
    await run.done;
    const seqs = [1];
    for (let next = await reader.next(); !next.done; next = await reader.next()) seqs.push(next.value.seq);
    expect(seqs).toEqual(Array.from({ length: 3_003 }, (_, n) => n + 1));
  });
});
