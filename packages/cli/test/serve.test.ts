import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { events, Place, until, type CommandOptions, type Running } from './command.ts';

const FILE = 'providers: { lab: { api: openai-chat, base_url: "http://127.0.0.1:9/v1", token_key: LAB_KEY } }\ntiers: { smart: lab/one }\n';
const KEYS = `${FILE}server: { keys: [{ name: ci, env: KEY_CI }, { name: boss, env: KEY_BOSS, admin: true }] }\n`;
const env = { KEY_CI: 'a-key-for-ci-0123456789', KEY_BOSS: 'a-key-for-the-boss-0123' };

/** A gateway that listens, and where. */
async function started(
  place: Place,
  args: readonly string[] = [],
  text = FILE,
  options: CommandOptions = {},
): Promise<{ running: Running; url: string }> {
  place.write('holdfast.yaml', text);
  const running = place.start(['serve', '--port', '0', ...args], options);
  await running.says('listening on');
  return { running, url: /listening on (\S+)/.exec(running.out)![1]! };
}

const token = (place: Place): string =>
  place
    .stateFiles()
    .find(({ path }) => path.endsWith('api.token'))!
    .bytes.toString()
    .trim();

const get = (url: string, key = ''): Promise<Response> => fetch(url, { headers: key === '' ? {} : { authorization: `Bearer ${key}` } });

describe('holdfast serve', () => {
  it('says where it listens on stdout when it can answer, and drains on SIGTERM: exit 143', async () => {
    await using place = new Place();
    const { running, url } = await started(place);
    expect((await get(`${url}/readyz`)).status).toBe(200);
    const { code, out, err } = await running.end('SIGTERM');
    expect([code, out]).toEqual([143, `holdfast listening on ${url}\n`]);
    expect(err).toContain('api.token');
    expect(err).not.toContain(token(place));
  });

  it('--json: a line of JSON; SIGINT: exit 130', async () => {
    await using place = new Place();
    place.write('holdfast.yaml', FILE);
    const running = place.start(['serve', '--port', '0', '--json']);
    await running.says('listening');
    const { code, out } = await running.end('SIGINT');
    expect([code, events(out)]).toEqual([
      130,
      [{ type: 'listening', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), workers: 1 }],
    ]);
  });

  it('the token of the state folder opens /api, and is for its owner alone', async () => {
    await using place = new Place();
    const { running, url } = await started(place);
    expect(place.stateFiles().find(({ path }) => path.endsWith('api.token'))?.mode).toBe(0o600);
    expect([(await get(`${url}/api/calls`)).status, (await get(`${url}/api/calls`, token(place))).status]).toEqual([401, 200]);
    const before = token(place);
    await running.end('SIGTERM');
    const again = await started(place);
    expect(token(place)).toBe(before);
    await again.running.end('SIGTERM');
  });

  it('a stream that somebody watches keeps no gateway from leaving', async () => {
    await using place = new Place();
    const { running, url } = await started(place);
    const watching = await get(`${url}/api/calls/stream`, token(place));
    const [{ code }, text] = await Promise.all([running.end('SIGTERM'), watching.text()]);
    expect([code, text.endsWith(': the gateway is closing\n\n')]).toEqual([143, true]);
  });
});

describe('what cannot be served is one line and exit 2', () => {
  const refused = async (place: Place, args: readonly string[], options: CommandOptions = {}) => {
    const { code, out, err } = await place.run(['serve', '--port', '0', ...args], { env, ...options });
    return { code, out, err };
  };

  it('a port in use', async () => {
    await using place = new Place();
    place.write('holdfast.yaml', FILE);
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { readonly port: number };
    try {
      for (const workers of ['1', '2']) {
        const { code, out, err } = await place.run(['serve', '--port', String(port), '--workers', workers, '--log-level', 'warn']);
        expect({ code, out, err }).toEqual({
          code: 2,
          out: '',
          err: `holdfast: port ${port} at 127.0.0.1 is in use: end what uses it, or choose another with --port (0 picks one)\n`,
        });
      }
    } finally {
      other.close();
    }
  });

  it('no file at all, and one that is not there', async () => {
    await using place = new Place();
    expect(await refused(place, [])).toEqual({
      code: 2,
      out: '',
      err: 'holdfast: there is no holdfast.yaml here: name the file with --config FILE, or write one (docs/gateway.md)\n',
    });
    expect(await refused(place, ['--config', 'no.yaml'])).toMatchObject({
      code: 2,
      err: 'holdfast: no.yaml: error: there is no such file\n',
    });
  });

  it.each<[string, string, readonly string[], CommandOptions, string]>([
    ['a bad file', 'tiers: { smart: nobody }\n', [], {}, 'holdfast: holdfast.yaml:1:17: error: tiers.smart: there is no model "nobody"'],
    [
      'a key whose variable is not set',
      KEYS,
      [],
      { env: { KEY_CI: env.KEY_CI } },
      'error: server.keys[1].env: the environment variable KEY_BOSS is not set',
    ],
    [
      'two keys that are one',
      KEYS,
      [],
      { env: { KEY_CI: env.KEY_CI, KEY_BOSS: env.KEY_CI } },
      'error: server.keys[1].env: KEY_BOSS holds the same key as KEY_CI',
    ],
    [
      'another address without keys',
      FILE,
      ['--host', '0.0.0.0'],
      {},
      'without keys it listens to this machine alone, and 0.0.0.0 is another address',
    ],
    [
      'a key that would be sent elsewhere',
      'providers: { openai: { base_url: "https://llm.example.com/v1" } }\ntiers: { a: openai/x }\n',
      [],
      { env: { OPENAI_API_KEY: 'sk-0123456789' } },
      'it needs your consent: holdfast trust holdfast.yaml',
    ],
    ['an address of another machine', KEYS, ['--host', '192.0.2.1'], {}, 'holdfast: 192.0.2.1 is no address of this machine'],
    ['a grace that is none', FILE, ['--grace', 'soon'], {}, 'holdfast: --grace: "soon" is no duration'],
    ['a port that is none', FILE, ['--port', '70000'], {}, 'a port is a whole number from 0 to 65535'],
  ])('%s', async (_, text, args, options, told) => {
    await using place = new Place();
    place.write('holdfast.yaml', text);
    const { code, out, err } = await refused(place, ['--log-level', 'warn', ...args], options);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(told)]);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).not.toMatch(/a-key-for|sk-0123/);
  });

  it('a state folder that cannot be read', async () => {
    await using place = new Place();
    const { running } = await started(place);
    await running.end('SIGTERM');
    const broken = join(place.state, 'health.db');
    writeFileSync(broken, 'this is no database, and never was one\n'.repeat(100));
    chmodSync(broken, 0o600);
    const { code, err } = await refused(place, ['--log-level', 'warn']);
    expect([code, err.trim().split('\n').length, err]).toEqual([2, 1, expect.stringContaining('health.db in the state folder')]);
    const file = place.write('a-file', 'x');
    expect(await refused(place, ['--state', file, '--log-level', 'warn'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^holdfast: the state folder .* cannot be used: .*\n$/),
    });
  });

  it('what was consented to is served', async () => {
    await using place = new Place();
    const text = 'providers: { openai: { base_url: "https://llm.example.com/v1" } }\ntiers: { a: openai/x }\n';
    place.write('holdfast.yaml', text);
    const own = { env: { OPENAI_API_KEY: 'sk-0123456789' } };
    expect(await place.run(['trust', 'holdfast.yaml'], own)).toMatchObject({
      code: 0,
      out: expect.stringContaining('holdfast.yaml is trusted:'),
    });
    const { running } = await started(place, [], text, own);
    await running.end('SIGTERM');
  });
});

it('a consent that is taken back: nothing is asked, and the client is told as of a missing key', async () => {
  await using place = new Place();
  const text = 'providers: { openai: { base_url: "https://llm.example.com/v1" } }\ntiers: { a: openai/x }\n';
  const own = { env: { OPENAI_API_KEY: 'sk-0123456789' } };
  place.write('holdfast.yaml', text);
  await place.run(['trust', 'holdfast.yaml'], own);
  const { running, url } = await started(place, [], text, own);
  rmSync(place.stateFiles().find(({ path }) => path.includes('trust'))!.path);
  const body = JSON.stringify({ model: 'a', messages: [{ role: 'user', content: 'hi' }] });
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('upstream_config')]);
  expect(running.err).toContain('it needs your consent: holdfast trust');
  expect(running.err).not.toContain('a fault of ours');
  await running.end('SIGTERM');
});

describe('a file that changes', () => {
  it('is taken over where it is right, whoever tells; where it is wrong, what was served before goes on', async () => {
    await using place = new Place();
    const { running, url } = await started(place, [], KEYS, { env });
    expect((await get(`${url}/api/calls`, env.KEY_CI)).status).toBe(200);
    place.write('holdfast.yaml', KEYS.replace('lab/one', 'nobody'));
    await running.says('what was served before goes on');
    expect(running.err).toMatch(/holdfast\.yaml:2:17: error: tiers\.smart: there is no model "nobody"/);
    expect((await get(`${url}/api/calls`, env.KEY_CI)).status).toBe(200);
    place.write('holdfast.yaml', KEYS.replace('lab/one', '[lab/one, lab/two]').replace('{ name: ci, env: KEY_CI }, ', ''));
    await running.says('holdfast.yaml is taken over');
    await running.says('server.keys.ci: removed');
    expect(running.err).toContain('tiers.smart.models: + lab/two');
    expect([(await get(`${url}/api/calls`, env.KEY_CI)).status, (await get(`${url}/api/calls`, env.KEY_BOSS)).status]).toEqual([401, 200]);
    running.child.kill('SIGHUP');
    await running.says('holdfast.yaml: nothing has changed');
    expect(running.err).not.toMatch(/a-key-for/);
    expect((await running.end('SIGTERM')).code).toBe(143);
  });
});

describe('note 40: what is believed, when a file changes', () => {
  it('a provider that is asked elsewhere, or with another key, starts cool; what has not changed rests on', async () => {
    await using place = new Place();
    const more = KEYS.replace(
      'token_key: LAB_KEY } }',
      'token_key: LAB_KEY }, other: { api: openai-chat, base_url: "http://127.0.0.1:9/v1" } }',
    );
    const { running, url } = await started(place, [], more, { env });
    const scopes = ['endpoint:lab/one', 'credential:lab#LAB_KEY', 'endpoint:other'];
    const headers = { authorization: `Bearer ${env.KEY_BOSS}`, 'content-type': 'application/json' };
    const put = (scope: string) =>
      fetch(`${url}/api/health/${encodeURIComponent(scope)}`, { method: 'PUT', headers, body: '{"kind":"server","for":"10m"}' });
    for (const scope of scopes) expect((await put(scope)).status).toBe(200);
    const rest = async (): Promise<readonly string[]> => {
      const { beliefs } = (await (await get(`${url}/api/health`, env.KEY_BOSS)).json()) as { beliefs: readonly { scope: string }[] };
      return beliefs.map(({ scope }) => scope).toSorted();
    };
    place.write('holdfast.yaml', more.replace('token_key: LAB_KEY', 'token_key: LAB_KEY, account: acme'));
    await running.says('providers.lab.account: + acme');
    expect(await rest()).toEqual(['endpoint:lab/one', 'endpoint:other']);
    place.write('holdfast.yaml', more.replace('127.0.0.1:9/v1", token', '127.0.0.1:8/v1", token'));
    await running.says('127.0.0.1:8/v1');
    expect(await rest()).toEqual(['endpoint:other']);
    await running.end('SIGTERM');
  });
});

describe('a tier whose keys are missing', () => {
  it('keeps no other from being served, nor a changed file from being taken over', async () => {
    await using place = new Place();
    const more = FILE.replace('tiers: { smart: lab/one }', 'tiers: { smart: lab/one, other: groq/one }');
    const { running } = await started(place, [], more);
    place.write('holdfast.yaml', more.replace('lab/one', 'lab/two'));
    await running.says('holdfast.yaml is taken over');
    expect((await running.end('SIGTERM')).code).toBe(143);
  });
});

describe('--workers', () => {
  it('share one port; one that is killed is replaced, and the others go on answering', async () => {
    await using place = new Place();
    const { running, url } = await started(place, ['--workers', '2'], KEYS, { env });
    const children = (): readonly string[] => place.childrenOf(running);
    const before = children();
    expect(before).toHaveLength(2);
    process.kill(Number(before[0]), 'SIGKILL');
    await running.says(`worker ${before[0]} was killed (SIGKILL): another one takes its place`);
    expect((await get(`${url}/healthz`)).status).toBe(200);
    await until(() => children().length === 2 && !children().includes(before[0]!));
    expect(await (await get(`${url}/metrics`)).text()).toMatch(/^holdfast_open_calls 0$/m);
    place.write('holdfast.yaml', KEYS.replace('lab/one', 'lab/two'));
    await running.says('tiers.smart.models: + lab/two');
    const { code, err } = await running.end('SIGTERM');
    expect([code, err.match(/is taken over/g)]).toEqual([143, ['is taken over']]);
    expect(children()).toEqual([]);
  });

  it('a file that was wrong when a worker died does no harm: the new one serves what the others serve', async () => {
    await using place = new Place();
    const { running, url } = await started(place, ['--workers', '2'], KEYS, { env });
    place.write('holdfast.yaml', 'tiers: { smart: nobody }\n');
    await running.says('what was served before goes on');
    for (const pid of place.childrenOf(running)) process.kill(Number(pid), 'SIGKILL');
    await until(() => (running.err.match(/takes its place/g)?.length ?? 0) === 2);
    // Nobody listens until the first of the new ones does.
    const answer = async (): Promise<number> => (await get(`${url}/api/calls`, env.KEY_CI).catch(() => undefined))?.status ?? answer();
    expect(await answer()).toBe(200);
    expect((await running.end('SIGTERM')).code).toBe(143);
  });
});
