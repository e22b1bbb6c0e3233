import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../rules/trust.ts';
import { trustFile } from './trust-file.ts';

let folder = '';
let state = '';
let file = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-trust-')));
  state = join(folder, 'state');
  file = join(folder, 'agent.yaml');
  writeFileSync(file, '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const send = (to: string, variable = 'OPENAI_API_KEY') => ({ variable, to, provider: 'work' });
const of = (...sends: ReturnType<typeof send>[]) => needs({ sends, commands: [] });
const asked = of(send('https://llm.example.com/v1'));
const trust = () => trustFile(state, () => 1000);

describe('needs', () => {
  it('C1: a need is what is sent where, or what is run', () => {
    expect(asked).toEqual([
      {
        fingerprint: 'send OPENAI_API_KEY to https://llm.example.com',
        says: `provider "work" sends the key in OPENAI_API_KEY to https://llm.example.com, which is not the vendor's own host`,
      },
    ]);
    expect(of(send('https://llm.example.com/v2'))).toEqual(asked);
    for (const other of ['http://llm.example.com', 'https://llm.example.com:8443', 'https://llm.example.com.evil.io'])
      expect(of(send(other))[0]!.fingerprint).not.toBe(asked[0]!.fingerprint);
    const run = (...command: string[]) => needs({ sends: [], commands: [{ what: 'token_command of "work"', command }] });
    expect(run('get-token', 'a b')[0]!.says).toBe('token_command of "work" runs the command get-token "a b"');
    expect(run('get-token', 'a b')[0]!.fingerprint).not.toBe(run('get-token', 'a', 'b')[0]!.fingerprint);
    expect(run('x\u001b[2J\u009b')[0]!.says).toBe('token_command of "work" runs the command "x\\u001b[2J?"');
    expect(of(send('https://a'), send('https://a'))).toHaveLength(1);
  });
});

describe('trust file', () => {
  it('nothing needed is trusted; something needed is not, until it is', async () => {
    expect(await trust().isTrusted(file, [])).toBe(true);
    expect(await trust().missing(file, asked)).toEqual(asked);
    await trust().trust(file, asked);
    expect(await trust().isTrusted(file, asked)).toBe(true);
    expect(statSync(join(state, 'trust.json')).mode & 0o777).toBe(0o600);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(readdirSync(state)).toEqual(['trust.json']);
  });

  it('C1: asks again for what is new, and only for that', async () => {
    await trust().trust(file, asked);
    const more = of(send('https://llm.example.com/v1'), send('https://evil.example.com'));
    expect((await trust().missing(file, more)).map(({ fingerprint }) => fingerprint)).toEqual([
      'send OPENAI_API_KEY to https://evil.example.com',
    ]);
  });

  it('C2: belongs to one file, by its real path; what is no longer needed is forgotten', async () => {
    const copy = join(folder, 'copy.yaml');
    const link = join(folder, 'link.yaml');
    writeFileSync(copy, '');
    symlinkSync(file, link);
    await trust().trust(file, asked);
    await trust().trust(copy, of(send('https://other')));
    expect(await trust().isTrusted(copy, asked)).toBe(false);
    expect(await trust().isTrusted(link, asked)).toBe(true);
    await trust().trust(file, []);
    expect(await trust().isTrusted(file, asked)).toBe(false);
    expect(await trust().isTrusted(copy, of(send('https://other')))).toBe(true);
  });

  it.each(['{', '[]', '{"version":1}', '{"version":1,"files":{"a":1}}', 'null', ''])(
    'T1, T2: %j is no consent, and is kept aside',
    async (text) => {
      await trust().trust(file, asked);
      writeFileSync(join(state, 'trust.json'), text);
      expect(await trust().missing(file, asked)).toEqual(asked);
      const { moved } = await trust().trust(file, asked);
      expect(readFileSync(moved!, 'utf8')).toBe(text);
      expect(await trust().isTrusted(file, asked)).toBe(true);
    },
  );

  it('T2: a newer file is not touched; a folder that cannot be written is said', async () => {
    await trust().trust(file, asked);
    writeFileSync(join(state, 'trust.json'), '{"version":2}');
    await expect(trust().trust(file, asked)).rejects.toMatchObject({ kind: 'newer' });
    expect(await trust().isTrusted(file, asked)).toBe(false);
    expect(readFileSync(join(state, 'trust.json'), 'utf8')).toBe('{"version":2}');
    await expect(trustFile(join(file, 'state'), () => 0).trust(file, asked)).rejects.toMatchObject({ kind: 'unwritable' });
  });
});
