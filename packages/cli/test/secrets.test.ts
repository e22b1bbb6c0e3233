import { statSync } from 'node:fs';
import { byTurn, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, KEY, Place } from './command.ts';

// A word: nothing about it looks like a secret.
const HEADER = 'swordfish';
const TOKEN = 'ghp_AbCdEf0123456789xyz';
const ENV = { TEAM_TOKEN: HEADER, GITHUB_TOKEN: TOKEN, DATABASE_URL: `postgres://app:${TOKEN}@db/app`, PLAIN: 'not a secret' };

/** As they are, and as a tool might bring them: in base64, in a URL. */
const SECRETS = [KEY, HEADER, TOKEN].flatMap((secret) => [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1)]);

const shell = (cmd: string) => ({ name: 'shell', args: { cmd } });

async function planted(place: Place): Promise<string> {
  const refused = {
    error: { message: `Incorrect API key provided: ${KEY}. Also seen: ${HEADER}`, type: 'invalid_request_error', code: 'invalid_api_key' },
  };
  const east = await place.lab({
    name: 'east',
    outage: { rules: [{ target: '*', fault: { do: 'status', status: 401, body: JSON.stringify(refused) } }] },
  });
  const turns: readonly LabAnswer[] = [
    {
      toolCalls: [
        shell('cat keys.env'),
        shell('env > seen.env; cat seen.env'),
        shell('base64 < keys.env'),
        { name: 'read_file', args: { path: 'keys.env' } },
        { name: 'write_file', args: { path: 'copy.txt', content: `the key is ${KEY}` } },
        { name: `no_such_tool_${TOKEN}`, args: {} },
      ],
    },
    { text: `The key is ${KEY}, the header ${HEADER}.` },
  ];
  const west = await place.lab({ name: 'west', protocol: 'anthropic-messages', script: byTurn(turns) });
  place.write('keys.env', `LAB_KEY=${KEY}\nHEADER=${HEADER}\nTOKEN=${TOKEN}\n`);
  const text = place
    .agentText({ providers: [east, west], fallback: ['west/small-1'], more: 'permissions:\n  allow: [shell, write_file]\n' })
    .replace(/token_key: LAB_KEY\n/g, `token_key: LAB_KEY\n    headers: { x-team: "\${env.TEAM_TOKEN}" }\n`);
  return place.write('agent.yaml', text);
}

const found = (text: string): readonly string[] => SECRETS.filter((secret) => text.includes(secret));

describe('a secret planted in key, header, environment, files, tool output and errors', () => {
  it('appears nowhere: not on stdout or stderr, not in the state folder, not in what is shown of a session', async () => {
    await using place = new Place();
    const file = await planted(place);
    for (const flags of [[], ['--explain'], ['--json']]) {
      const { code, out, err } = await place.run(['run', file, `My key is ${KEY}`, ...flags], { env: ENV });
      expect(code).toBe(0);
      expect(found(out)).toEqual([]);
      expect(found(err)).toEqual([]);
      expect(out).toContain('The key is [');
      // The pieces of a stream are one text to whoever watches it.
      const pieces = flags.includes('--json') ? events(out).flatMap((event) => (event['on'] === 'live' ? [event['text']] : [])) : [];
      expect(found(pieces.join(''))).toEqual([]);
    }
    const files = place.stateFiles();
    expect(files.map(({ path }) => path.split('/').at(-1))).toEqual(expect.arrayContaining(['sessions.db', 'health.db']));
    for (const { path, bytes } of files) expect([path, found(bytes.toString('latin1'))]).toEqual([path, []]);
    for (const args of [['sessions'], ['sessions', 'show', '-1'], ['sessions', 'show', '-1', '--json'], ['health'], ['health', '--json']])
      expect(found((await place.run(args, { env: ENV })).out)).toEqual([]);
  });

  it('does not reach the model in tool results', async () => {
    await using place = new Place();
    const file = await planted(place);
    const { out } = await place.run(['run', file, 'Go', '--json'], { env: ENV });
    const results = events(out).filter(({ type }) => type === 'tool-result');
    expect(results).toHaveLength(6);
    expect(results.map(({ failed }) => failed)).toEqual(expect.arrayContaining([true, false]));
    expect(JSON.stringify(results)).toContain('not a secret');
    expect(found(JSON.stringify(results))).toEqual([]);
  });

  it('an error that echoes it is told without it, on every way out', async () => {
    await using place = new Place();
    const body = JSON.stringify({
      error: { message: `Your request with key ${KEY} was bad, header ${HEADER}`, type: 'invalid_request_error' },
    });
    const east = await place.lab({ name: 'east', outage: { rules: [{ target: '*', fault: { do: 'status', status: 400, body } }] } });
    const text = place
      .agentText({ providers: [east] })
      .replace(/token_key: LAB_KEY\n/g, `token_key: LAB_KEY\n    headers: { x-team: "\${env.TEAM_TOKEN}" }\n`);
    const file = place.write('agent.yaml', text);
    for (const flags of [[], ['--explain'], ['--json']]) {
      const { code, out, err } = await place.run(['run', file, 'Go', ...flags], { env: ENV });
      expect(code).toBe(1);
      expect(found(out + err)).toEqual([]);
      expect(out + err).toMatch(/Your request with key \S+ was bad/);
    }
    expect(
      found(
        place
          .stateFiles()
          .map(({ bytes }) => bytes.toString('latin1'))
          .join('\n'),
      ),
    ).toEqual([]);
  });
});

describe('what children and files get', () => {
  it('a command runs without the secrets in its environment', async () => {
    await using place = new Place();
    const file = await planted(place);
    await place.run(['run', file, 'Go'], { env: ENV });
    const seen = place.read('seen.env');
    expect(found(seen)).toEqual([]);
    expect(seen).not.toMatch(/^(LAB_KEY|TEAM_TOKEN|GITHUB_TOKEN|DATABASE_URL)=/m);
    expect(seen).toMatch(/^PLAIN=not a secret$/m);
    expect(seen).toMatch(/^PATH=/m);
  });

  it('the state folder is 0700 and what is in it 0600, whatever the umask and whoever made the folder', async () => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const umask = process.umask(0);
    try {
      expect(await place.run(['run', file, 'Go'])).toMatchObject({ code: 0 });
    } finally {
      process.umask(umask);
    }
    expect(statSync(place.state).mode & 0o777).toBe(0o700);
    for (const { path, mode } of place.stateFiles()) expect([path, mode.toString(8)]).toEqual([path, '600']);
  });
});
