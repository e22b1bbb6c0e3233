import { SessionError } from '@holdfast/agent/engine';
import { describe, expect, it } from 'vitest';
import { runScene } from './run-scene.ts';
import { ask } from './shell-scene.ts';

const begun = { run: expect.any(String), session: expect.any(String), seq: expect.any(Number) };

describe('the run API', () => {
  it('tells the served agents, by the names of their files', async () => {
    await using at = await runScene();
    const { body } = await at.call('GET /api/agents');
    expect(body.teams.map((team) => [team.name, team.agents.map((one) => one.name)])).toEqual([
      ['team', ['root', 'helper']],
      ['other', ['root', 'solo']],
    ]);
    expect((await at.call('GET /api/agents?agent=solo')).body.teams).toHaveLength(1);
  });

  it('makes, shows, lists, changes and deletes sessions', async () => {
    await using at = await runScene();
    const made = await at.call('POST /api/sessions', { agent: 'team', title: 'Notes', permissions: { allow: ['read_file'] } });
    expect([made.status, made.body.title, made.body.status]).toEqual([201, 'Notes', 'new']);
    const path = `/api/sessions/${made.body.id}`;
    expect(at.fake.told).toEqual([{ verb: 'setPermissions', session: made.body.id, what: { allow: ['read_file'] } }]);
    expect((await at.call('GET /api/sessions?agent=team')).body.sessions.map(({ id }) => id)).toEqual([made.body.id]);
    expect((await at.call('GET /api/sessions?agent=other')).body.sessions).toEqual([]);
    expect((await at.call('GET /api/sessions?search=ote')).body.sessions).toHaveLength(1);
    const changed = await at.call(`PATCH ${path}`, { title: 'New', starred: true, model: { agent: 'root', ref: 'lab/two' } });
    expect([changed.status, changed.body.title, changed.body.starred]).toEqual([200, 'New', true]);
    expect(at.fake.told.at(-1)).toMatchObject({ verb: 'setModel', what: { agent: 'root', ref: 'lab/two' } });
    expect((await at.call(`DELETE ${path}`)).body).toEqual({ deleted: made.body.id });
    expect((await at.call(`GET ${path}`)).status).toBe(404);
  });

  it('POST /api/runs makes a session and starts: 201; a run in a session is 202, each with the seq its rows come after', async () => {
    await using at = await runScene();
    const first = await at.call('POST /api/runs', { agent: 'team', prompt: 'hi', title: 'T' });
    expect([first.status, first.body]).toEqual([201, { ...begun, seq: 0 }]);
    const { session } = first.body;
    expect((await at.call('GET /api/runs')).body.runs).toEqual([first.body]);
    at.fake.end(session);
    const second = await at.call(`POST /api/sessions/${session}/runs`, { prompts: ['a', { text: 'b' }] });
    expect([second.status, second.body]).toEqual([202, { ...begun, session, seq: 3 }]);
    expect(at.fake.kept.get(session)!.rows.map(({ event }) => (event.type === 'input' ? event.text : event.type))).toEqual([
      'run-start',
      'hi',
      'run-end',
      'run-start',
      'a',
      'b',
    ]);
    at.fake.end(session, 'done', 'so it is');
    await expect
      .poll(async () => (await at.call(`GET /api/sessions/${session}/runs/${second.body.run}`)).body)
      .toEqual({
        ...second.body,
        status: 'done',
        last: 7,
        result: { why: 'done', answer: 'so it is' },
      });
  });

  it('a title that cannot be stored costs the title, not the run that has begun', async () => {
    await using at = await runScene();
    Object.assign(at.fake.shelf, { update: () => Promise.reject(new SessionError('locked', 'another process writes')) });
    const made = await at.call('POST /api/runs', { agent: 'team', prompt: 'hi', title: 'T' }, { 'idempotency-key': 'k' });
    expect(made.status).toBe(201);
    expect((await at.call('POST /api/runs', { agent: 'team', prompt: 'hi', title: 'T' }, { 'idempotency-key': 'k' })).body).toEqual(
      made.body,
    );
    expect((await at.call('GET /api/runs')).body.runs).toEqual([made.body]);
  });

  it('V1: a second run while one goes on is 409, its messages are not added; afterwards a third works', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })).body;
    const rows = async () => (await at.call(`GET /api/sessions/${session}/rows`)).body.rows;
    const before = await rows();
    const busy = await at.call(`POST /api/sessions/${session}/runs`, { prompt: 'me too' });
    expect([busy.status, busy.body.error.code, busy.headers.get('x-should-retry')]).toEqual([409, 'busy', 'false']);
    expect(busy.body.error.message).toContain(session);
    expect(await rows()).toEqual(before);
    at.fake.end(session);
    expect((await at.call(`POST /api/sessions/${session}/runs`, { prompt: 'now' })).status).toBe(202);
  });

  it('V2: two sessions run side by side', async () => {
    await using at = await runScene();
    const [a, b] = await Promise.all([1, 2].map(() => at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })));
    expect([a!.status, b!.status]).toEqual([201, 201]);
    expect((await at.call('GET /api/runs')).body.runs).toHaveLength(2);
  });

  it('steers, follows up, compacts, stops, resumes: 202 queued; nothing said is 400', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })).body;
    const path = `/api/sessions/${session}`;
    expect(await at.call(`POST ${path}/steer`, { prompt: 'left' })).toMatchObject({ status: 202, body: { status: 'queued', queued: 1 } });
    expect((await at.call(`POST ${path}/followup`, { prompts: ['a', 'b'] })).body).toEqual({ status: 'queued', queued: 2 });
    expect((await at.call(`POST ${path}/compact`, { words: 'keep names' })).status).toBe(202);
    expect((await at.call(`POST ${path}/compact`)).status).toBe(202);
    for (const body of [{}, { prompt: '' }, { prompt: ' \n' }, { prompts: [] }, { prompts: [{ text: '' }] }])
      for (const verb of ['steer', 'followup']) expect((await at.call(`POST ${path}/${verb}`, body)).status).toBe(400);
    expect(at.fake.told.map(({ verb, what }) => [verb, what])).toEqual([
      ['steer', { text: 'left' }],
      ['followUp', { text: 'a' }],
      ['followUp', { text: 'b' }],
      ['compact', 'keep names'],
      ['compact', undefined],
    ]);
    expect((await at.call(`POST ${path}/stop`)).body).toEqual({ status: 'stopped' });
    expect((await at.call(`POST ${path}/resume`)).body).toMatchObject({ session });
  });

  it('what is full is 429 with Retry-After 1', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })).body;
    at.fake.refuse = new SessionError('full', 'too much waits');
    const full = await at.call(`POST /api/sessions/${session}/steer`, { prompt: 'x' });
    expect([full.status, full.body.error.code, full.headers.get('retry-after'), full.headers.get('x-should-retry')]).toEqual([
      429,
      'full',
      '1',
      'true',
    ]);
  });

  it('questions are answered by their id; one that is gone is 410', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })).body;
    const question = { id: 'q/1', path: [], reason: 'it writes', about: 'approval', call: { id: 'c', name: 'w', input: '{}' } } as const;
    at.fake.asked.set('q/1', question);
    const path = `/api/sessions/${session}/questions`;
    expect((await at.call(`GET ${path}`)).body.questions).toEqual([question]);
    expect((await at.call(`GET /api/sessions/${session}/state`)).body).toMatchObject({
      status: 'running',
      seq: 2,
      pending: [question],
      usage: { calls: 0 },
    });
    const given = { decision: 'allow-tool', rule: 'shell:cmd=ls*' };
    expect((await at.call(`POST ${path}/q%2F1`, given)).status).toBe(202);
    expect(at.fake.told.at(-1)).toMatchObject({ verb: 'answer', what: { question: 'q/1', ...given } });
    const late = await at.call(`POST ${path}/q%2F1`, given);
    expect([late.status, late.body.error.code]).toEqual([410, 'gone']);
  });

  it.each<[string, string, unknown, number, string]>([
    ['an unknown field', 'POST /api/runs', { promt: 'x' }, 400, 'did you mean "prompt"'],
    ['two ways to say it', 'POST /api/runs', { prompt: 'x', prompts: ['y'] }, 400, 'two names of one field'],
    ['files without a place', 'POST /api/runs', { prompts: ['x'], files: [] }, 400, '"files" go with "prompt"'],
    ['a file that is none', 'POST /api/runs', { prompt: 'x', files: [{ mediaType: 'image', data: 'x' }] }, 400, 'files[0].mediaType'],
    ['no agent named where there are two', 'POST /api/runs', { prompt: 'x' }, 400, 'team (root, helper), other (root, solo)'],
    ['an agent nobody has', 'POST /api/runs', { prompt: 'x', agent: 'helpr' }, 404, 'did you mean "helper"'],
    ['an agent two files have', 'POST /api/runs', { prompt: 'x', agent: 'root' }, 404, 'team/root or other/root'],
    ['another file’s agent', 'POST /api/runs', { prompt: 'x', agent: 'team/solo' }, 404, 'root, helper'],
    ['rules that are none', 'POST /api/sessions', { agent: 'team', permissions: { allow: 'all' } }, 400, 'permissions.allow'],
    [
      'an unknown decision',
      'POST /api/sessions/s1/questions/q',
      { decision: 'yes' },
      400,
      'allow, allow-tool, allow-session, deny, cancel',
    ],
    ['a session that is not there', 'POST /api/sessions/nope/runs', { prompt: 'x' }, 404, 'no such session'],
    ['a page that is none', 'GET /api/sessions?limit=x', undefined, 400, '"limit" must be a whole number'],
    ['a run that is not there', 'GET /api/sessions/s1/runs/r9', undefined, 404, 'no such run'],
  ])('says what is wrong: %s', async (_, line, body, status, words) => {
    await using at = await runScene();
    await at.fake.shelf.create({ id: 's1', file: '/team.yaml', agent: 'root', cwd: '/', at: 1 });
    const { status: answered, body: said } = await at.call(line, body);
    expect([answered, said.error.message]).toEqual([status, expect.stringContaining(words)]);
    expect(at.fake.kept.size).toBe(1);
  });

  it('sessions of files that are not served are nobody’s here', async () => {
    await using at = await runScene();
    await at.fake.shelf.create({ id: 'x', file: '/elsewhere.yaml', agent: 'root', cwd: '/', at: 1 });
    expect((await at.call('GET /api/sessions/x')).status).toBe(404);
    expect((await at.call('GET /api/sessions')).body.sessions).toEqual([]);
  });

  it('rows come in pages', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompts: ['a', 'b', 'c'] })).body;
    const page = (await at.call(`GET /api/sessions/${session}/rows?after=1&limit=2`)).body;
    expect([page.rows.map(({ seq }) => seq), page.next]).toEqual([[2, 3], 3]);
    const rest = (await at.call(`GET /api/sessions/${session}/rows?after=3`)).body;
    expect([rest.rows.map(({ seq }) => seq), rest.next]).toEqual([[4], undefined]);
  });
});

describe('idempotency keys', () => {
  const key = { 'idempotency-key': 'k-1' };

  it('a repeat gives the first answer, and nothing is done twice', async () => {
    await using at = await runScene();
    const body = { agent: 'team', prompt: 'hi' };
    const [first, again] = await Promise.all([at.call('POST /api/runs', body, key), at.call('POST /api/runs', body, key)]);
    expect(again!.body).toEqual(first!.body);
    expect([first!.headers.get('idempotency-replayed'), again!.headers.get('idempotency-replayed')].toSorted()).toEqual(
      [null, 'true'].toSorted(),
    );
    expect(at.fake.kept.size).toBe(1);
    const { session } = first!.body;
    for (const _ of [1, 2]) expect((await at.call(`POST /api/sessions/${session}/steer`, { prompt: 'x' }, key)).status).toBe(202);
    expect(at.fake.told).toHaveLength(1);
  });

  it('what failed gives its key back', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })).body;
    const path = `POST /api/sessions/${session}/followup`;
    at.fake.refuse = new SessionError('full', 'too much waits');
    expect((await at.call(path, { prompt: 'x' }, key)).status).toBe(429);
    expect((await at.call(path, { prompt: 'x' }, key)).status).toBe(202);
    expect(at.fake.told).toHaveLength(1);
  });

  it('the same key with another request is refused, and so is one that is none', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })).body;
    const path = `POST /api/sessions/${session}/followup`;
    await at.call(path, { prompt: 'x' }, key);
    expect((await at.call(path, { prompt: 'y' }, key)).status).toBe(422);
    expect((await at.call(path, { prompt: 'y' }, { 'idempotency-key': 'a b' })).status).toBe(400);
    expect(at.fake.told).toHaveLength(1);
  });

  it('256 keys are kept for a session, the oldest goes first', async () => {
    await using at = await runScene();
    const { session } = (await at.call('POST /api/runs', { agent: 'team', prompt: 'hi' })).body;
    const say = (n: number) => at.call(`POST /api/sessions/${session}/steer`, { prompt: `n${n}` }, { 'idempotency-key': `k${n}` });
    for (let n = 0; n <= 256; n++) await say(n);
    await say(1);
    expect(at.fake.told).toHaveLength(257);
    await say(0);
    expect(at.fake.told).toHaveLength(258);
  });
});

describe('who may come in', () => {
  it('33: a token is needed on loopback too, for every route', async () => {
    await using at = await runScene();
    for (const { method, path } of at.api.routes) {
      const line = `${method} ${path.replaceAll(/:\w+/g, 'x')}`;
      expect([line, (await ask(at.scene, line)).status]).toEqual([line, 401]);
      expect([line, (await ask(at.scene, line, { authorization: 'Bearer the-tokem' })).status]).toEqual([line, 401]);
    }
  });

  it('another Host, another Origin, another type, a body that is too large', async () => {
    await using at = await runScene();
    const authorization = 'Bearer the-token';
    const json = { authorization, 'content-type': 'application/json' };
    expect((await ask(at.scene, 'GET /api/sessions', { authorization, host: 'evil.example' })).status).toBe(403);
    expect((await ask(at.scene, 'GET /api/sessions', { authorization, origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(at.scene, 'POST /api/runs', { authorization, 'content-type': 'text/plain' }, '{}')).status).toBe(415);
    expect((await ask(at.scene, 'POST /api/runs', { ...json, 'content-length': String(2 ** 30), expect: '100-continue' })).status).toBe(
      413,
    );
    expect((await ask(at.scene, 'POST /api/runs', json, '[]')).status).toBe(400);
    expect((await ask(at.scene, 'PUT /api/runs', json, '{}')).status).toBe(405);
    expect(at.fake.kept.size).toBe(0);
  });
});
