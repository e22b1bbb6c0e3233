import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { events, KEY, lines, Place } from './command.ts';

interface Checked {
  readonly check: string;
  readonly level: string;
  readonly what: string;
  readonly way?: string;
}

/** A server that says who came, and what time it thinks it is. */
class Listener implements AsyncDisposable {
  readonly came: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(status: number, date = new Date()): Promise<Listener> {
    const server = createServer();
    const listener = new Listener(server);
    server.on('request', (request, response) => {
      listener.came.push({ url: request.url ?? '', headers: request.headers });
      response.writeHead(status, { date: date.toUTCString() }).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const agent = (providers: Readonly<Record<string, string>>): string =>
  `providers:\n${Object.entries(providers)
    .map(([name, url]) => `  ${name}: { api: openai-chat, base_url: "${url}", token_key: LAB_KEY }\n`)
    .join('')}agents:\n  root: { model: ${Object.keys(providers)[0]}/small-1 }\n`;

const checks = async (place: Place, ...args: string[]) => {
  const { code, out, err } = await place.run(['doctor', ...args, '--json']);
  return { code, err, checks: events(out) as unknown as readonly Checked[] };
};
const of = (all: readonly Checked[], check: string) => all.filter((one) => one.check === check);

describe.concurrent('doctor', () => {
  it('what runs need beside models: rules of the user, consent, instructions, programs', async () => {
    await using place = new Place();
    await using listener = await Listener.open(200);
    const more =
      ', instruction_file: gone.md, toolsets: [{ type: mcp, command: no-such-program-here }], hooks: { stop: [{ type: command, command: ./x.sh }] } }\n';
    const file = place.write('agent.yaml', agent({ east: listener.url }).replace(/ \}\n$/, more));
    mkdirSync(place.state, { mode: 0o700 });
    writeFileSync(join(place.state, 'settings.yaml'), 'permissions: { denny: [shell] }\n');
    const { code, checks: all } = await checks(place, file);
    expect(code).toBe(1);
    expect(of(all, 'files').map(({ level, what }) => `${level} ${what}`)).toEqual([
      `ok ${file} is valid`,
      expect.stringMatching(/^fail .*settings\.yaml:1:16: error: permissions: there is no setting "denny"/),
      `fail agent "root": there is no gone.md beside ${file}`,
      'warn agent "root": the MCP server no-such-program-here is not installed',
      `warn ${file} does 2 things that need your consent`,
    ]);
    expect(of(all, 'files').at(-1)!.way).toBe(`holdfast trust ${file}`);
  });

  it('says that all is well, a line each, and sends no key', async () => {
    await using place = new Place();
    await using server = await Listener.open(401);
    const file = place.write('agent.yaml', agent({ east: server.url }));
    const { code, out, err } = await place.run(['doctor', file]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines(out)).toEqual([
      expect.stringMatching(/^✓ versions {2}holdfast \d+\.\d+\.\d+ on Node \d+\.\d+\.\d+, \w+ \w+$/),
      expect.stringMatching(/^✓ versions {2}@ai-sdk\/anthropic \d/),
      expect.stringMatching(/^✓ state {5}.* can be written, and only by you$/),
      '✓ files     agent.yaml is valid'.replace('agent.yaml', file),
      '✓ keys      east: LAB_KEY',
      expect.stringMatching(/^✓ endpoints east at http:.* answers \(401, \d+ ms\)$/),
      '✓ clock     the clock agrees with the endpoints',
      'everything is well',
    ]);
    expect(server.came).toHaveLength(1);
    expect(JSON.stringify(server.came)).not.toContain(KEY);
    expect(server.came[0]!.headers).not.toHaveProperty('authorization');
  });

  it('75 where only endpoints do not answer, with the way out', async () => {
    await using place = new Place();
    const gone = await Listener.open(200);
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    const file = place.write('agent.yaml', agent({ east: url }));
    const found = await checks(place, file);
    expect(found.code).toBe(75);
    expect(of(found.checks, 'endpoints')).toMatchObject([
      { level: 'fail', what: expect.stringMatching(/^east at .*ECONNREFUSED/), way: 'start the server, or see its port' },
    ]);
    expect((await checks(place, file, '--offline')).code).toBe(0);
  });

  it('1 for a key that is not set; the same key in two entries, a wrong clock, a server in trouble are said', async () => {
    await using place = new Place();
    await using east = await Listener.open(503, new Date(Date.now() - 3_600_000));
    const text = `${agent({ east: east.url, west: east.url })}    fallback: { models: [openai/gpt-5] }\n`.replace(
      'root: { model: east/small-1 }',
      'root:\n    model: east/small-1',
    );
    const { code, checks: found } = await checks(place, place.write('agent.yaml', text));
    expect(code).toBe(1);
    expect(of(found, 'keys')).toMatchObject([
      { level: 'ok', what: 'east: LAB_KEY' },
      { level: 'fail', what: expect.stringContaining('OPENAI_API_KEY is not set'), way: expect.stringContaining('export OPENAI_API_KEY=') },
      { level: 'ok', what: 'west: LAB_KEY' },
    ]);
    expect(of(found, 'endpoints')[0]).toMatchObject({ level: 'warn', what: expect.stringContaining('answers, but with 503') });
    expect(of(found, 'clock')).toMatchObject([
      { level: 'warn', what: expect.stringMatching(/^the clock is 36\d\d s ahead of the endpoints'$/) },
    ]);
    expect(of(found, 'accounts')).toMatchObject([{ level: 'warn', what: expect.stringMatching(/^east and west send the same key/) }]);
  });

  it('2 for an invalid file; the rest is looked at all the same', async () => {
    await using place = new Place();
    const { code, checks: found } = await checks(place, place.write('agent.yaml', 'agents: { root: { model: 7 } }\n'));
    expect(code).toBe(2);
    expect(of(found, 'files')).toMatchObject([
      { level: 'fail', what: expect.stringMatching(/has 1 error$/), way: expect.stringMatching(/^holdfast config check/) },
    ]);
    expect(of(found, 'state')[0]).toMatchObject({ level: 'ok' });
    expect((await place.run(['doctor', 'gone.yaml'])).code).toBe(2);
  });

  it('a damaged database and what rests are said; a state folder that cannot be used is', async () => {
    await using place = new Place();
    await using server = await Listener.open(200);
    const file = place.write('agent.yaml', agent({ east: server.url }));
    await place.run(['health', 'set', 'anthropic', '--reason', 'overload', '--for', '1h']);
    writeFileSync(join(place.state, 'calls.db'), 'broken '.repeat(900), { mode: 0o600 });
    const { code, checks: found } = await checks(place, file);
    expect(code).toBe(1);
    expect(of(found, 'state')).toMatchObject([{ level: 'ok' }, { level: 'fail', what: expect.stringMatching(/^calls\.db: /) }]);
    expect(of(found, 'health')).toMatchObject([{ level: 'warn', what: 'resting: endpoint:anthropic' }]);
    const other = join(place.dir, 'file');
    mkdirSync(join(place.dir, 'sub'));
    writeFileSync(other, '');
    const bad = await checks(place, file, '--state', other);
    expect(bad.code).toBe(1);
    expect(of(bad.checks, 'state')).toMatchObject([{ level: 'fail', way: expect.stringContaining('--state DIR') }]);
  });

  it('without a file: holdfast.yaml, else the vendors there is a key for', async () => {
    await using place = new Place();
    const none = await checks(place, '--offline');
    expect([none.code, of(none.checks, 'keys')]).toEqual([0, [expect.objectContaining({ level: 'warn' })]]);
    const { out } = await place.run(['doctor', '--offline', '--json'], { env: { GEMINI_API_KEY: 'gem-0123456789' } });
    expect(of(events(out) as unknown as readonly Checked[], 'keys')).toMatchObject([{ level: 'ok', what: 'google: GEMINI_API_KEY' }]);
    expect(out).not.toContain('gem-0123456789');
    await using server = await Listener.open(200);
    place.write('holdfast.yaml', `providers: { east: { base_url: "${server.url}", token_key: LAB_KEY } }\ntiers: { a: east/x }\n`);
    const found = await checks(place);
    expect(found.code).toBe(0);
    expect(of(found.checks, 'endpoints')).toMatchObject([{ level: 'ok', what: expect.stringMatching(/^east at/) }]);
  });
});
