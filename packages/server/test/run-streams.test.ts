import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runScene, TOKEN, type Frame, type RunScene } from './run-scene.ts';
import { eventually } from './shell-scene.ts';

const ids = (frames: readonly Frame[]) => frames.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
const named = (frames: readonly Frame[], name: string) => frames.filter(({ event }) => event === name);
const hasId = (id: number) => (frames: readonly Frame[]) => ids(frames).includes(id);
const begun = async (at: RunScene, prompt = 'hi') =>
  (await at.call('POST /api/runs', { agent: 'team', prompt })).body as { run: string; session: string; seq: number };
const piece = (session: string, text: string, more: object = {}) =>
  ({ session, run: 'r1', path: [], turn: 1, attempt: 'a1', type: 'text', text, ...more }) as const;
const note = (text: string) => ({ type: 'notice', text }) as const;

describe('events of a session', () => {
  it('rows come under their seq, from the first on, and then as they are stored; children’s with their path', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    const watching = await at.watch(`/api/sessions/${session}/events`);
    await watching.until(hasId(2));
    at.fake.emit(session, note('from a child'), ['helper@c1']);
    const frames = await watching.until(hasId(3));
    expect(ids(frames)).toEqual([1, 2, 3]);
    expect(named(frames, 'row')[2]!.data).toMatchObject({ seq: 3, path: ['helper@c1'], event: note('from a child') });
    watching.leave();
    await eventually(() => at.scene.http.open === 0 && at.fake.waiting === 1);
  });

  it('Last-Event-ID and ?after= go on behind it; a cut socket misses nothing and sees nothing twice', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    const path = `/api/sessions/${session}/events`;
    const first = await at.watch(path);
    await first.until(hasId(2));
    first.leave();
    for (const n of [3, 4]) at.fake.emit(session, note(`while away ${n}`));
    const second = await at.watch(path, { 'last-event-id': '2' });
    await second.until(hasId(4));
    at.fake.emit(session, note('live'));
    expect(ids(await second.until(hasId(5)))).toEqual([3, 4, 5]);
    const third = await at.watch(`${path}?after=4`);
    expect(ids(await third.until(hasId(5)))).toEqual([5]);
  });

  it.each(['99', 'yesterday'])(
    'a resume point that this log has not got (%s) is a gap, and what comes from now on is shown',
    async (id) => {
      await using at = await runScene();
      const { session } = await begun(at);
      const watching = await at.watch(`/api/sessions/${session}/events`, { 'last-event-id': id });
      await watching.until((frames) => named(frames, 'gap').length > 0);
      at.fake.emit(session, note('next'));
      const frames = await watching.until(hasId(3));
      expect([named(frames, 'gap').map(({ data }) => data), ids(frames)]).toEqual([[{ asked: id, last: 2 }], [3]]);
    },
  );

  it('pieces come without an id, with the place where they stand; who comes later is given the whole of what is under way', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    const path = `/api/sessions/${session}/events`;
    const first = await at.watch(path);
    await first.until(hasId(2));
    at.fake.say(piece(session, 'Hel'));
    at.fake.say(piece('somebody-else', 'x'));
    at.fake.say(piece(session, 'lo'));
    const heard = named(await first.until((frames) => named(frames, 'live').length === 2), 'live');
    expect(heard.map(({ id, data }) => [id, data?.at, data?.text])).toEqual([
      [undefined, 0, 'Hel'],
      [undefined, 3, 'lo'],
    ]);
    const later = await at.watch(path);
    await later.until(hasId(2));
    at.fake.say(piece(session, '!'));
    const pieces = named(await later.until((frames) => named(frames, 'live').length === 2), 'live');
    expect(pieces.map(({ data }) => [data?.at, data?.text])).toEqual([
      [0, 'Hello'],
      [5, '!'],
    ]);
  });

  it('what a row says whole or a withdrawal takes back is not shown to who comes later', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    at.fake.say(piece(session, 'no'));
    at.fake.say({ session, run: 'r1', path: [], turn: 1, attempt: 'a1', type: 'withdrawn', kind: 'overload', message: 'm' });
    at.fake.say({ session, run: 'r1', path: [], type: 'tool-output', call: 'c1', text: 'out' });
    at.fake.say(piece(session, 'yes', { attempt: 'a2' }));
    at.fake.emit(session, { type: 'tool-result', id: 'c1', name: 't', output: 'out', failed: false, how: 'done' });
    const path = `/api/sessions/${session}/events`;
    const watching = await at.watch(path);
    const pieces = named(await watching.until(hasId(3)), 'live');
    expect(pieces.map(({ data }) => data?.text)).toEqual(['yes']);
  });

  it('a comment every 15 s says that it lives', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    const watching = await at.watch(`/api/sessions/${session}/events`);
    await watching.until(hasId(2));
    for (let n = 1; n <= 3; n++) {
      at.hand.fire(15_000);
      await watching.until((frames) => frames.filter(({ comment }) => comment === 'keep-alive').length === n);
    }
    watching.leave();
    await eventually(() => at.hand.armed.size === 0);
  });

  it('two readers of one session see the same', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    const both = await Promise.all([1, 2].map(() => at.watch(`/api/sessions/${session}/events`)));
    await Promise.all(both.map((one) => one.until(hasId(2))));
    at.fake.emit(session, note('x'));
    at.fake.say(piece(session, 'y'));
    const [a, b] = await Promise.all(both.map((one) => one.until((frames) => hasId(3)(frames) && named(frames, 'live').length === 1)));
    expect(a!.map(({ data }) => data)).toEqual(expect.arrayContaining(b!.map(({ data }) => data)));
  });

  it('ends with a word when the session is deleted, here or by another process', async () => {
    await using at = await runScene();
    const [one, two] = [await begun(at), await begun(at)];
    const watching = await at.watch(`/api/sessions/${one.session}/events`);
    await watching.until(hasId(2));
    expect((await at.call(`DELETE /api/sessions/${one.session}`)).status).toBe(200);
    await watching.over;
    expect(watching.frames.at(-1)).toEqual({ event: 'end', data: { session: one.session, why: 'deleted' } });
    const other = await at.watch(`/api/sessions/${two.session}/events`);
    await other.until(hasId(2));
    at.fake.end(two.session);
    await other.until(hasId(3));
    at.fake.kept.delete(two.session);
    at.hand.fire(15_000);
    await other.over;
    expect(other.frames.at(-1)).toMatchObject({ event: 'end', data: { why: 'deleted' } });
  });

  it('22: a reader that takes nothing is let go, and holds nobody up; with its id it comes back and misses nothing', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    const socket = connect(at.scene.port, '127.0.0.1').pause();
    socket.on('error', () => {});
    socket.write(`GET /api/sessions/${session}/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`);
    const quick = await at.watch(`/api/sessions/${session}/events`);
    await quick.until(hasId(2));
    await eventually(() => at.scene.http.open === 2);
    const long = 'x'.repeat(64 * 1024);
    let said = 0;
    // The kernel's own buffers are filled first; nothing waits for a reader without end.
    while (!at.hand.armed.values().toArray().includes(2_000) && said < 2_000) {
      at.fake.say(piece(session, long, { attempt: `a${said++}` }));
      await quick.until((frames) => named(frames, 'live').length === said);
    }
    expect(at.hand.armed.values().toArray()).toContain(2_000);
    at.fake.emit(session, note('after'));
    await quick.until(hasId(3));
    at.hand.fire(2_000);
    await eventually(() => at.scene.http.open === 1);
    const back = await at.watch(`/api/sessions/${session}/events`, { 'last-event-id': '2' });
    expect(ids(await back.until(hasId(3)))).toEqual([3]);
    socket.destroy();
  });

  it('many rows do not wait in memory for a reader: they are read as it takes them', async () => {
    await using at = await runScene();
    const { session } = await begun(at);
    for (let n = 0; n < 500; n++) at.fake.emit(session, note('x'.repeat(10_000)));
    const watching = await at.watch(`/api/sessions/${session}/events`);
    expect(ids(await watching.until(hasId(502)))).toEqual(Array.from({ length: 502 }, (_, n) => n + 1));
  });
});

describe('events of a run', () => {
  it('POST with Accept: text/event-stream is answered with them, from the first to the result', async () => {
    await using at = await runScene();
    const watching = await at.watch('/api/runs', { accept: 'text/event-stream' }, { agent: 'team', prompt: 'hi' });
    const [first] = await watching.until(hasId(2));
    expect(first).toEqual({ event: 'run', data: { run: 'r1', session: 's1', seq: 0 } });
    at.fake.end('s1', 'done', 'so');
    await watching.over;
    expect(watching.frames.at(-1)).toEqual({ event: 'done', data: { session: 's1', run: 'r1', result: { why: 'done', answer: 'so' } } });
    expect(ids(watching.frames)).toEqual([1, 2, 3]);
  });

  it('a client that leaves stops nothing; its run is watched again from where it was', async () => {
    await using at = await runScene();
    const { session, run, seq } = await begun(at);
    const path = `/api/sessions/${session}/runs/${run}/events?seq=${seq}`;
    const first = await at.watch(path);
    await first.until(hasId(2));
    first.leave();
    await eventually(() => at.scene.http.open === 0);
    at.fake.end(session, 'done', 'so');
    const second = await at.watch(path, { 'last-event-id': '2' });
    await second.over;
    expect([ids(second.frames), second.frames.at(-1)!.data?.result]).toEqual([[3], { why: 'done', answer: 'so' }]);
    const third = await at.watch(path, { 'last-event-id': '3' });
    await third.over;
    expect(third.frames.map(({ event }) => event)).toEqual(['done']);
  });

  it('ends with its run, though the session goes on with another', async () => {
    await using at = await runScene();
    const { session, run, seq } = await begun(at);
    at.fake.end(session, 'done', 'one');
    await at.call(`POST /api/sessions/${session}/runs`, { prompt: 'more' });
    const watching = await at.watch(`/api/sessions/${session}/runs/${run}/events?seq=${seq}`);
    await watching.over;
    expect([ids(watching.frames), watching.frames.at(-1)!.data?.result.answer]).toEqual([[1, 2, 3], 'one']);
  });

  it('after a restart a run that ended is told from the log; one that broke off is 410 with the way on', async () => {
    await using at = await runScene();
    const { shelf } = at.fake;
    await shelf.create({ id: 'old', file: '/team.yaml', agent: 'root', cwd: '/', at: 1 });
    const reply = {
      turn: 1,
      finish: 'stop',
      origin: {} as never,
      usage: {},
      call: 'c',
      blocks: [{ type: 'text', text: 'was so' }],
    } as const;
    at.fake.emit('old', { type: 'run-start', agent: 'root', resumed: false });
    expect((await at.call('GET /api/sessions/old/runs/r0?seq=0')).status).toBe(410);
    expect((await at.call('GET /api/sessions/old/runs/r0/events?seq=0')).body.error.message).toContain('resume its session');
    at.fake.emit('old', { type: 'model-reply', ...reply });
    at.fake.emit('old', { type: 'run-end', why: 'done' });
    expect((await at.call('GET /api/sessions/old/runs/r0')).body).toMatchObject({ status: 'done', last: 3, result: { answer: 'was so' } });
    const watching = await at.watch('/api/sessions/old/runs/r0/events?seq=0', { 'last-event-id': '1' });
    await watching.over;
    expect([ids(watching.frames), watching.frames.at(-1)!.data?.result]).toEqual([[2, 3], { why: 'done', answer: 'was so' }]);
  });

  it('a server that leaves stops its runs and ends its streams', async () => {
    await using at = await runScene();
    const { session, run } = await begun(at);
    const [events, watching] = await Promise.all([
      at.watch(`/api/sessions/${session}/events`),
      at.watch(`/api/sessions/${session}/runs/${run}/events`),
    ]);
    await Promise.all([events.until(hasId(2)), watching.until(hasId(2))]);
    await at.api.leave(0);
    await Promise.all([events.over, watching.over]);
    expect(watching.frames.at(-1)).toMatchObject({ event: 'done', data: { result: { why: 'stopped' } } });
    expect(events.frames.at(-1)).toEqual({ comment: 'the server is closing' });
    expect([at.fake.listeners, at.fake.waiting]).toEqual([0, 0]);
  });
});
