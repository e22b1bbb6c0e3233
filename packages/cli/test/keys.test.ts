import { chmodSync } from 'node:fs';
import { byTurn, type KeyJudge, type LabAnswer, type LabProvider } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, Place } from './command.ts';
import { echo } from './scripts.fixture.ts';

const OLD = 'key-old-0123456789';
const NEW = 'key-new-9876543210';

const only =
  (due: () => string): KeyJudge =>
  (key) =>
    key === due() ? undefined : 'auth';

/** An agent file whose one provider is written out: `key` says where its key comes from. */
const fileOf = (place: Place, lab: LabProvider, key: string, more = ''): string =>
  place.write(
    'agent.yaml',
    `providers:\n  work:\n    api: openai-chat\n    base_url: ${lab.url}\n    ${key}\nagents:\n  root:\n    model: work/small-1\n    instruction: Be brief.\n${more}`,
  );

const TOOLS = `    toolsets:\n      - type: shell\npermissions:\n  allow: [shell]\n`;

/** Prints the content of `secret.txt` beside it, and counts how often it was run. */
function command(place: Place): string {
  const path = place.write('get-token', '#!/bin/sh\necho run >> runs.txt\ncat secret.txt\n');
  chmodSync(path, 0o755);
  return 'token_command: [./get-token, work]';
}

const attempts = (out: string): readonly (string | undefined)[] =>
  events(out)
    .filter(({ on, type }) => on === 'call' && type === 'attempt-end')
    .map(({ failure }) => (failure as { readonly kind: string } | undefined)?.kind);

describe('several keys of one provider', () => {
  it('429 for the first: the second answers, with the same model', async () => {
    await using place = new Place();
    const limited: KeyJudge = (key) => (key === OLD ? 'rate-limit' : undefined);
    const east = await place.lab({ name: 'work', key: limited, script: echo });
    const west = await place.lab({ name: 'west', script: echo });
    const file = place.write(
      'agent.yaml',
      `providers:\n  work: { api: openai-chat, base_url: "${east.url}", token_keys: [KEY_A, KEY_B] }\n  west: { api: openai-chat, base_url: "${west.url}", token_key: LAB_KEY }\n` +
        `agents:\n  root:\n    model: work/small-1\n    instruction: Be brief.\n    fallback: { models: [west/small-1] }\n`,
    );
    // Each session begins with the key that is its own: the one that begins with the limited key is told of a switch.
    for (let n = 0; n < 20; n++) {
      const { code, out, err } = await place.run(['run', file, `prompt ${n}`, '--json'], { env: { KEY_A: OLD, KEY_B: NEW } });
      expect(code, err).toBe(0);
      expect(west.requests).toHaveLength(0);
      if (attempts(out).length === 1) continue;
      expect(attempts(out)).toEqual(['rate-limit', undefined]);
      return;
    }
    throw new Error('every session began with the second key');
  });
});

describe('token_file', () => {
  it('a file that is rewritten while a run goes on: its new key is used at once, and nobody sees either', async () => {
    await using place = new Place();
    let asked = 0;
    const rotate: LabAnswer = { toolCalls: [{ name: 'shell', args: { cmd: 'cp next.txt key.txt' } }] };
    const work = await place.lab({
      name: 'work',
      key: only(() => (asked++ === 0 ? OLD : NEW)),
      script: byTurn<LabAnswer>([rotate, { text: `It is ${NEW}.` }]),
    });
    place.write('key.txt', `${OLD}\n`);
    place.write('next.txt', `${NEW}\n`);
    const file = fileOf(place, work, 'token_file: key.txt', TOOLS);
    const { code, out, err } = await place.run(['run', file, 'Go', '--json']);
    expect(code, out + err).toBe(0);
    expect(attempts(out)).toEqual([undefined, 'auth', undefined]);
    expect(work.requests.map(({ headers }) => headers['authorization'])).toEqual([`Bearer ${OLD}`, `Bearer ${OLD}`, `Bearer ${NEW}`]);
    const result = events(out).at(-1)!;
    expect(result['answer']).toBe('It is [secret work key].');
    for (const { path, bytes } of place.stateFiles())
      expect([path, bytes.includes(OLD), bytes.includes(NEW)]).toEqual([path, false, false]);
  });

  it('H7: a key that was refused is forgiven when the file holds another, in the next process too', async () => {
    await using place = new Place();
    const work = await place.lab({ name: 'work', key: only(() => NEW), script: echo });
    place.write('key.txt', OLD);
    const file = fileOf(place, work, 'token_file: key.txt');
    const refused = await place.run(['run', file, 'one']);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('token_file (key.txt)');
    const resting = await place.run(['run', file, 'two']);
    expect([resting.code, work.requests.length]).toEqual([1, 1]);
    place.write('key.txt', NEW);
    expect(await place.run(['run', file, 'three'])).toMatchObject({ code: 0, out: 'You said three.\n' });
  });

  it('a file that is not there is said, by its setting', async () => {
    await using place = new Place();
    const work = await place.lab({ name: 'work', script: echo });
    const file = fileOf(place, work, 'token_file: nowhere.txt');
    const { code, err } = await place.run(['run', file, 'one']);
    expect(code).toBe(1);
    expect(err).toContain('the key of work could not be had (not_found)');
    expect(work.requests).toHaveLength(0);
  });

  it('a file that would be sent elsewhere needs consent; check says so, trust gives it', async () => {
    await using place = new Place();
    const file = place.write(
      'agent.yaml',
      'providers:\n  work: { api: openai-chat, base_url: "https://llm.example.com/v1", token_file: ~/.netrc }\nagents:\n  root: { model: work/small-1, instruction: Be brief. }\n',
    );
    const { code, err } = await place.run(['run', file, 'one']);
    expect(code).toBe(2);
    expect(err).toContain('sends what is in the file "~/.netrc" to https://llm.example.com as its key');
    expect((await place.run(['config', 'check', file])).out).toContain('sends what is in the file');
    expect((await place.run(['trust', file])).out).toContain('sends what is in the file');
    expect((await place.run(['config', 'check', file])).out).not.toContain('sends what is in the file');
  });
});

describe.skipIf(process.platform === 'win32')('token_command', () => {
  it('is run after consent alone', async () => {
    await using place = new Place();
    const work = await place.lab({ name: 'work', key: only(() => OLD), script: echo });
    place.write('secret.txt', OLD);
    const file = fileOf(place, work, command(place));
    const { code, err } = await place.run(['run', file, 'one']);
    expect(code).toBe(2);
    expect(err).toContain('token_command of "work" runs the command ./get-token work');
    expect(() => place.read('runs.txt')).toThrow();
    expect((await place.run(['config', 'check', file])).out).toContain('runs the command ./get-token work');
    expect((await place.run(['trust', file])).code).toBe(0);
    expect(await place.run(['run', file, 'one'])).toMatchObject({ code: 0, out: 'You said one.\n' });
    expect(place.read('runs.txt')).toBe('run\n');
  });

  it('401: run once more, and the same model answers; the secret environment is not its own', async () => {
    await using place = new Place();
    let asked = 0;
    const rotate: LabAnswer = { toolCalls: [{ name: 'shell', args: { cmd: 'cp next.txt secret.txt' } }] };
    const work = await place.lab({
      name: 'work',
      key: only(() => (asked++ === 0 ? OLD : NEW)),
      script: byTurn<LabAnswer>([rotate, { text: 'Done.' }]),
    });
    place.write('secret.txt', `${OLD}\n`);
    place.write('next.txt', `${NEW}\n`);
    const path = place.write('get-token', '#!/bin/sh\nenv > seen.txt\necho run >> runs.txt\ncat secret.txt\n');
    chmodSync(path, 0o755);
    const file = fileOf(place, work, 'token_command: [./get-token]\n    token_env: [VAULT_TOKEN]', TOOLS);
    expect((await place.run(['trust', file])).out).toContain('runs the command ./get-token and gives it VAULT_TOKEN');
    const { code, out, err } = await place.run(['run', file, 'Go', '--json'], { env: { VAULT_TOKEN: 'vault-token-0001' } });
    expect(code, out + err).toBe(0);
    expect(attempts(out)).toEqual([undefined, 'auth', undefined]);
    expect(place.read('runs.txt')).toBe('run\nrun\n');
    expect(place.read('seen.txt')).not.toContain('LAB_KEY');
    expect(place.read('seen.txt')).toContain('VAULT_TOKEN=vault-token-0001');
    expect([out.includes(OLD), out.includes(NEW)]).toEqual([false, false]);
  });

  it('one that fails: the fallback answers, and its exit is the label', async () => {
    await using place = new Place();
    const work = await place.lab({ name: 'work', script: echo });
    const west = await place.lab({ name: 'west', script: echo });
    const path = place.write('get-token', '#!/bin/sh\necho the secret is out >&2\nexit 3\n');
    chmodSync(path, 0o755);
    const file = place.write(
      'agent.yaml',
      `providers:\n  work: { api: openai-chat, base_url: "${work.url}", token_command: [./get-token] }\n  west: { api: openai-chat, base_url: "${west.url}", token_key: LAB_KEY }\n` +
        `agents:\n  root:\n    model: work/small-1\n    instruction: Be brief.\n    fallback: { models: [west/small-1] }\n`,
    );
    await place.run(['trust', file]);
    const { code, out, err } = await place.run(['run', file, 'one']);
    expect({ code, out }).toEqual({ code: 0, out: 'You said one.\n' });
    expect(err).toContain('the key of work could not be had (exit_3)');
    expect(err).not.toContain('secret');
  });
});
