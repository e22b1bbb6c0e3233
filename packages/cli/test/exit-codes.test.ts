import { refusedUrl, type Fault } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, Place, type Ended } from './command.ts';

/** No try but the first, so that nothing waits. */
const ONCE = '    fallback: { retries: -1 }\n';

const failing = async (place: Place, fault: Fault): Promise<{ readonly file: string; readonly asked: () => number }> => {
  const east = await place.lab({ name: 'east', outage: { rules: [{ target: '*', fault }] } });
  return { file: place.agent({ providers: [east], agent: ONCE }), asked: () => east.requests.length };
};

const clean = ({ out, err }: Ended): void => expect(out + err).not.toMatch(/\n\s+at |defect of holdfast|node:internal/);

describe.concurrent('75: nothing can answer now', () => {
  it('told to come back in two minutes: said at once, with the time; asked again it is not even tried', async () => {
    await using place = new Place();
    const { file, asked } = await failing(place, { do: 'status', reason: 'rate-limit', retryAfter: 120 });
    for (const round of [1, 2]) {
      const ended = await place.run(['run', file, `Hello ${round}`]);
      expect(ended).toMatchObject({ code: 75, out: '' });
      expect(ended.err).toMatch(/^failed: .*east\/small-1/m);
      expect(ended.err).toMatch(
        /^holdfast: go on after \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ with: node \S+holdfast.js run \S+agent.yaml --session [\da-f]{8}$/m,
      );
      clean(ended);
    }
    expect(asked()).toBe(1);
  });

  it.each([
    { kind: 'overload', fault: { do: 'status', reason: 'overload' } },
    { kind: 'server', fault: { do: 'status', status: 500 } },
    { kind: 'reset', fault: { do: 'reset' } },
  ] as const)('$kind', async ({ fault }) => {
    await using place = new Place();
    const { file } = await failing(place, fault);
    const ended = await place.run(['run', file, 'Hello']);
    expect(ended).toMatchObject({ code: 75, out: '' });
    expect(ended.err).toMatch(/^holdfast: go on .*with: node \S+holdfast.js run/m);
    clean(ended);
  });

  it('nobody listens', async () => {
    await using place = new Place();
    const url = await refusedUrl();
    const file = place.write(
      'agent.yaml',
      `providers:\n  gone: { api: openai-chat, base_url: "${url.url}" }\nagents:\n  root:\n    model: gone/small-1\n${ONCE}`,
    );
    const ended = await place.run(['run', file, 'Hello']);
    await url.close();
    expect(ended).toMatchObject({ code: 75, out: '' });
    clean(ended);
  });
});

describe.concurrent('1: failed', () => {
  it.each([
    { kind: 'bad-request', fault: { do: 'status', reason: 'bad-request' } },
    { kind: 'auth', fault: { do: 'status', reason: 'auth' } },
    { kind: 'model-missing', fault: { do: 'status', reason: 'model-missing' } },
  ] as const)('$kind', async ({ fault }) => {
    await using place = new Place();
    const { file } = await failing(place, fault);
    const ended = await place.run(['run', file, 'Hello']);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(/^failed: .*east\/small-1/m);
    clean(ended);
  });
});

describe.concurrent('1: a refused key', () => {
  it('asked or resting, it is 1, and the variable and the ways out are named', async () => {
    await using place = new Place();
    const { file, asked } = await failing(place, { do: 'status', reason: 'auth' });
    for (const message of [/the key in LAB_KEY was refused/, /resting \(its key was refused, 401\)/]) {
      const ended = await place.run(['run', file, 'Hello', '--state', 'my state']);
      expect(ended).toMatchObject({ code: 1, out: '' });
      expect(ended.err).toMatch(message);
      expect(ended.err).not.toContain('try again in');
      expect(ended.err).toMatch(
        /^holdfast: the key in LAB_KEY was refused; a changed key is noticed at once, and .*: node \S+ health clear east --state 'my state'$/m,
      );
      expect(ended.err).toMatch(/^holdfast: go on with: node \S+ run \S+ --session [\da-f]{8} --state 'my state'$/m);
    }
    expect(asked()).toBe(1);
    expect(await place.run(['health', 'clear', 'east', '--state', 'my state'])).toMatchObject({ code: 0 });
    await place.run(['run', file, 'Hello', '--state', 'my state']);
    expect(asked()).toBe(2);
    await place.run(['run', file, 'Hello', '--state', 'my state'], { env: { LAB_KEY: 'another-key-0123456789' } });
    expect(asked()).toBe(3);
  });
});

describe.concurrent('2: wrong usage or invalid file', () => {
  const AGENT = 'providers:\n  here: { api: openai-chat, base_url: "http://127.0.0.1:9/v1" }\nagents:\n  root: { model: here/small-1 }\n';
  it.each([
    { args: ['rnu', 'agent.yaml'], says: "unknown command 'rnu'" },
    { args: ['run'], says: "missing required argument 'file'" },
    { args: ['run', 'agent.yaml', 'Hello', '--yoloo'], says: "unknown option '--yoloo'" },
    { args: ['run', 'agent.yaml', 'Hello', '--max-iterations', '0'], says: 'a whole number above 0 is needed' },
    { args: ['run', 'agent.yaml', 'Hello', 'more'], says: 'too many arguments' },
    { args: ['run', 'agent.yaml'], says: 'a prompt is needed' },
    { args: ['run', 'agent.yaml', '  '], says: 'the prompt is empty' },
    { args: ['run', 'agent.yaml', '-'], says: 'the prompt is empty' },
    { args: ['run', 'none.yaml', 'Hello'], says: 'none.yaml' },
    { args: ['run', 'agent.yaml', 'Hello', '--attach', 'none.txt'], says: 'none.txt: there is no such file' },
    { args: ['run', 'agent.yaml', 'Hello', '--working-dir', 'none'], says: 'there is no such folder' },
    { args: ['run', 'agent.yaml', 'Hello', '--working-dir', 'agent.yaml'], says: 'is a file, not a folder' },
    { args: ['run', 'agent.yaml', 'Hello', '--prompt-file', '.'], says: 'is a folder, not a file' },
    { args: ['run', 'agent.yaml', 'Hello', '--model', 'opnai/gpt-5'], says: 'opnai' },
    { args: ['run', 'agent.yaml', 'Hello', '--model', 'rot=here/small-2'], says: 'no agent "rot"' },
    { args: ['run', 'agent.yaml', 'Hello', '--model', 'openai/gpt-5'], says: 'OPENAI_API_KEY' },
    { args: ['sessions', 'show', '-1'], says: 'no sessions yet' },
    { args: ['sessions', 'list', '--file', 'nofile.yaml'], says: 'there is no such file' },
  ])('$args', async ({ args, says }) => {
    await using place = new Place();
    place.write('agent.yaml', AGENT);
    const ended = await place.run(args);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(says);
    clean(ended);
  });

  it('with --json a run that cannot begin has a result line too', async () => {
    await using place = new Place();
    place.write('bad.yaml', 'agents: { root: { model: 3 } }\n');
    for (const file of ['nofile.yaml', 'bad.yaml']) {
      const { code, out, err } = await place.run(['--json', 'run', file, 'Hello']);
      expect(code).toBe(2);
      expect(err).toContain(file);
      expect(events(out)).toEqual([
        { on: 'result', why: 'failed', failure: { kind: 'refused', message: expect.stringContaining(file) }, exit: 2 },
      ]);
    }
  });

  it('a missing key names the variable and the provider', async () => {
    await using place = new Place();
    const file = place.write(
      'agent.yaml',
      'providers:\n  work: { api: openai-chat, base_url: "https://llm.example.com/v1", token_key: WORK_KEY }\nagents:\n  root: { model: work/small-1 }\n',
    );
    const ended = await place.run(['run', file, 'Hello']);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('WORK_KEY');
    expect(ended.err).toContain('"work"');
    clean(ended);
  });
});

describe.concurrent('0', () => {
  it.each([['--help'], ['run', '--help'], ['--version'], ['help', 'health'], ['sessions', '--help']])('%s %s', async (...args) => {
    await using place = new Place();
    const ended = await place.run(args);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(/Usage|Examples|\d+\.\d+\.\d+/);
  });

  it('without a command the help is shown', async () => {
    await using place = new Place();
    const { out, err } = await place.run([]);
    expect(out + err).toContain('Usage: holdfast');
  });
});
