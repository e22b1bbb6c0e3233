import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { byTurn, gate, refusedUrl, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { Place, type CommandOptions, type Running } from './command.ts';

const call = (name: string, args: unknown): LabAnswer => ({ toolCalls: [{ name, args }] });

interface Served {
  readonly running: Running;
  readonly url: string;
  readonly token: string;
  /** A command that runs there. */
  run(args: readonly string[], options?: CommandOptions): ReturnType<Place['run']>;
  api(path: string, init?: RequestInit): Promise<Response>;
}

/** A server of agent files; who drives it has another state folder, as on another machine. */
async function serving(place: Place, files: readonly string[]): Promise<Served> {
  const running = place.start(['serve', '--port', '0', ...files.flatMap((file) => ['--agent', file])]);
  await running.says('listening on');
  const url = /listening on (\S+)/.exec(running.out)![1]!;
  const file = place.stateFiles().find(({ path }) => path.endsWith('api.token'))!;
  const token = file.bytes.toString().trim();
  return {
    running,
    url,
    token,
    run: (args, { env, ...options } = {}) =>
      place.run(['--state', join(place.dir, 'elsewhere'), 'run', ...args, '--remote', url], {
        env: { HOLDFAST_TOKEN: token, ...env },
        ...options,
      }),
    api: (path, init) => fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }),
  };
}

describe('holdfast serve --agent, holdfast run --remote', () => {
  it('runs there, shows it here; the next turn goes on with it; tools work there', async () => {
    await using place = new Place();
    const script = byTurn([call('read_file', { path: 'notes.txt' }), { text: 'It says 42.' }]);
    const lab = await place.lab({ name: 'lab', script });
    place.write('notes.txt', '42\n');
    const served = await serving(place, [place.agent({ providers: [lab] }, 'team.yaml')]);
    const first = await served.run(['team.yaml', 'What do the notes say?']);
    expect({ code: first.code, out: first.out }, first.err).toEqual({ code: 0, out: 'It says 42.\n' });
    expect(first.err).toContain('tool read_file path=notes.txt');
    expect(await served.run(['team', '--session', '-1'])).toMatchObject({ code: 0, out: 'It says 42.\n' });
    const { sessions } = (await (await served.api('/api/sessions')).json()) as {
      sessions: { id: string; title: string; status: string; agent: string }[];
    };
    expect(sessions).toMatchObject([{ title: 'What do the notes say?', status: 'done', agent: 'root' }]);
    expect(existsSync(join(place.dir, 'elsewhere', 'sessions.db'))).toBe(false);
    const one = `/api/sessions/${sessions[0]!.id}`;
    expect([(await served.api(one, { method: 'DELETE' })).status, (await served.api(one)).status]).toEqual([200, 404]);
    expect((await fetch(`${served.url}/api/agents`)).status).toBe(401);
    expect((await served.running.end('SIGTERM')).code).toBe(143);
  });

  it('the agent is found by the file’s name or by its own; wrong ones are listed', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: { text: 'Hello.' } });
    const served = await serving(place, [place.agent({ providers: [lab] }, 'one.yaml'), place.agent({ providers: [lab] }, 'two.yaml')]);
    expect(await served.run(['somewhere/two.yaml', 'hi'])).toMatchObject({ code: 0, out: 'Hello.\n' });
    const wrong = await served.run(['tow.yaml', 'hi']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('no agent "tow" is served here (did you mean "two"?); there are one (root), two (root)');
  });

  it('with nobody there a question is refused; --yolo gives approvals', async () => {
    await using place = new Place();
    const script = byTurn([call('write_file', { path: '../out.txt', content: 'x' }), { text: 'Done.' }]);
    const lab = await place.lab({ name: 'lab', script });
    const served = await serving(place, [place.agent({ providers: [lab] }, 'team.yaml')]);
    expect(await served.run(['team', 'write'])).toMatchObject({ code: 0 });
    expect(existsSync(join(place.dir, 'out.txt'))).toBe(false);
    const { code, err } = await served.run(['team', 'write', '--yolo']);
    expect([code, existsSync(join(place.dir, 'out.txt'))], err).toEqual([0, true]);
  });

  it('a client that is stopped stops its run, which is gone on with; so does a server that leaves', async () => {
    await using place = new Place();
    const held = [gate('head'), gate('head')];
    let asked = 0;
    const lab = await place.lab({ name: 'lab', script: () => ({ text: 'After all.', gate: held[asked++]! }) });
    const served = await serving(place, [place.agent({ providers: [lab] }, 'team.yaml')]);
    const client = place.start(['run', 'team', 'hi', '--remote', served.url], { env: { HOLDFAST_TOKEN: served.token } });
    await held[0]!.reached;
    const { code, err } = await client.end('SIGINT');
    expect(code).toBe(130);
    expect(err).toContain(`--remote ${served.url}`);
    const again = place.start(['run', 'team', '--session', '-1', '--remote', served.url], { env: { HOLDFAST_TOKEN: served.token } });
    await held[1]!.reached;
    served.running.child.kill('SIGTERM');
    await served.running.says('1 run goes on');
    held[1]!.release();
    expect(await again.ended).toMatchObject({ code: 0, out: 'After all.\n' });
    expect((await served.running.ended).code).toBe(143);
  });

  it.each<[string, readonly string[], number, string]>([
    ['no URL', ['--remote', 'localhost'], 2, 'not a URL such as http://127.0.0.1:4141'],
    [
      'a flag that cannot act',
      ['--remote', 'http://127.0.0.1:9', '--working-dir', '/', '--read-only'],
      2,
      '--read-only, --working-dir and --remote do not go together',
    ],
  ])('%s: one line', async (_, args, code, words) => {
    await using place = new Place();
    const ended = await place.run(['run', 'team.yaml', 'hi', ...args]);
    expect([ended.code, ended.out, ended.err]).toEqual([code, '', expect.stringContaining(words)]);
  });

  it('what a server says cannot steer the terminal', async () => {
    await using place = new Place();
    const server = createServer((_, response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'gone\u001b[2J\u001b]0;x\u0007' } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, err } = await place.run(['run', 'team', 'hi', '--remote', `http://127.0.0.1:${port}`]);
    server.close();
    expect([code, err]).toEqual([2, `holdfast: --remote http://127.0.0.1:${port}: gone]0;x\n`]);
  });

  it('nobody listens: exit 75, and what to do', async () => {
    await using place = new Place();
    await using nobody = await refusedUrl();
    const url = `http://127.0.0.1:${nobody.port}`;
    const { code, err } = await place.run(['run', 'team.yaml', 'hi', '--remote', url]);
    expect([code, err]).toEqual([75, `holdfast: cannot reach ${url}: ECONNREFUSED; is it running? holdfast serve --agent FILE\n`]);
  });

  it('a wrong token, two files of one name and workers say what to do', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: { text: 'Hello.' } });
    const file = place.agent({ providers: [lab] }, 'team.yaml');
    const served = await serving(place, [file]);
    const wrong = await served.run(['team', 'hi'], { env: { HOLDFAST_TOKEN: 'not-the-token-0123456789' } });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/token.*api\.token/)]);
    place.write('token.txt', `${served.token}\n`);
    expect(await served.run(['team', 'hi', '--token-file', 'token.txt'], { env: { HOLDFAST_TOKEN: '' } })).toMatchObject({ code: 0 });
    const twice = await place.run(['serve', '--port', '0', '--agent', file, '--agent', `./${'team.yaml'}`]);
    expect([twice.code, twice.err]).toEqual([2, expect.stringContaining('would both be called "team"')]);
    const many = await place.run(['serve', '--port', '0', '--workers', '2', '--agent', file]);
    expect([many.code, many.err]).toEqual([2, expect.stringContaining('--agent and --workers do not go together')]);
  });
});
