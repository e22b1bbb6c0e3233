import { byLastMessage, byTurn, gate, once, type Facts, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { Place, SCRIPT, type Running } from './command.ts';
import { shell } from './interrupt-states.ts';
import { echo } from './scripts.fixture.ts';

const lastUser = ({ turns }: Facts): string => turns.findLast(({ role }) => role === 'user')?.text ?? '';

/** An interactive session with one scripted provider. */
async function begin(
  place: Place,
  script: LabAnswer | ((facts: Facts) => LabAnswer),
  more: { agent?: string; args?: readonly string[] } = {},
) {
  const east = await place.lab({ name: 'east', script });
  const file = place.agent({ providers: [east], ...(more.agent !== undefined && { agent: more.agent }) });
  const running = place.terminal(['run', file, ...(more.args ?? [])]);
  await running.says('> ');
  return { running, east, file };
}

/** Types a line and waits for what comes of it, and the prompt after it. */
async function say(running: Running, line: string, until: RegExp): Promise<string> {
  const at = running.out.length;
  await running.type(`${line}\r`);
  await running.says(new RegExp(`^[^]{${at}}[^]*${until.source}`));
  return running.out.slice(at);
}

const leave = async (running: Running): Promise<string> => {
  await running.type('/exit\r');
  const { code, out } = await running.ended;
  expect(code).toBe(0);
  return out;
};

describe.skipIf(!SCRIPT)('what is typed while a run works', () => {
  it('waits for the end of the run, and is said then; that is said', async () => {
    await using place = new Place();
    const held = gate(2);
    const script = (facts: Facts): LabAnswer => (facts.nth === 1 ? { text: 'A slow answer.', gate: held } : echo(facts));
    const { running, east } = await begin(place, script);
    await running.type('First\r');
    await held.reached;
    await running.type('Second\r');
    await running.says('queued: it is said when this run is over');
    held.release();
    await running.says(/» Second[^]*You said Second\.[^]*> /);
    const out = await leave(running);
    expect(out.indexOf('A slow answer.'.slice(-7))).toBeLessThan(out.indexOf('You said Second.'));
    expect(east.requests).toHaveLength(2);
  });

  it('/steer says it to the run under way, at its next step', async () => {
    await using place = new Place();
    const held = gate('head');
    const script = byTurn<LabAnswer>([{ ...shell('echo ran'), gate: held }, (facts) => echo(facts)]);
    const { running, east } = await begin(place, script, { args: ['--yolo'] });
    await running.type('Go\r');
    await held.reached;
    await running.type('/steer in red please\r');
    await running.says('it is said at the next step');
    held.release();
    await running.says(/» in red please[^]*You said in red please\.[^]*> /);
    await leave(running);
    expect(east.requests).toHaveLength(2);
  });

  it('output waits while a line is typed, and none of it is lost', async () => {
    await using place = new Place();
    const held = gate(1);
    const script = (facts: Facts): LabAnswer => (facts.nth === 1 ? { text: 'one two three four', gate: held } : echo(facts));
    const { running } = await begin(place, script);
    await running.type('Go\r');
    await held.reached;
    await running.type('half');
    await running.says(/» [^]*half/);
    held.release();
    await running.type(' a line\r');
    await running.says(/You said half a line\.[^]*> /);
    const out = await leave(running);
    expect(out).toMatch(/half a line\r+\n/);
    expect(out).toContain('three four');
  });

  it('what no run has taken when one is stopped is kept for the next', async () => {
    await using place = new Place();
    const held = gate(1);
    const script = (facts: Facts): LabAnswer => (facts.nth === 1 ? { text: 'A slow answer.', gate: held } : echo(facts));
    const { running } = await begin(place, script);
    await running.type('Go\r');
    await held.reached;
    await running.type('Later\r');
    await running.says('queued');
    await running.type('\x03');
    await running.says(/stopped[^]*\/continue goes on with it[^]*one message of yours waits[^]*> /);
    await say(running, 'Now', /You said Now\.[^]*» Later[^]*You said Later\.[^]*> /);
    await leave(running);
  });
});

describe.skipIf(!SCRIPT)('a run that is interrupted', () => {
  it('is gone on with by /continue', async () => {
    await using place = new Place();
    const held = gate('head');
    const script = byTurn<LabAnswer>([shell('echo ran >> log'), ({ nth }) => (nth === 2 ? { text: 'x', gate: held } : { text: 'Done.' })]);
    const { running } = await begin(place, script, { args: ['--yolo'] });
    await running.type('Go\r');
    await held.reached;
    await running.type('\x03');
    await running.says(/stopped[^]*\/continue goes on[^]*> /);
    await say(running, '/continue', /Done\.[^]*> /);
    await leave(running);
    expect(place.read('log')).toBe('ran\n');
  });

  it('Ctrl-D in mid-run leaves, and says how to go on; twice Ctrl-C does too', async () => {
    await using place = new Place();
    for (const keys of ['\x04', '\x03\x03']) {
      const held = gate('head');
      const { running } = await begin(place, { text: 'x', gate: held });
      await running.type('Go\r');
      await held.reached;
      await running.type(keys);
      const { code, out } = await running.ended;
      expect(code).toBe(130);
      if (keys === '\x04') expect(out).toMatch(/go on with: .*run .*agent\.yaml --session/);
    }
  });

  it('Ctrl-C at a prompt with something typed drops that and nothing else', async () => {
    await using place = new Place();
    const { running, east } = await begin(place, echo);
    await running.type('never sa');
    await running.says('never sa');
    await running.type('\x03');
    await say(running, 'said', /You said said\.[^]*> /);
    await leave(running);
    expect(east.requests).toHaveLength(1);
  });
});

describe.skipIf(!SCRIPT)('a message', () => {
  it('of several lines: by a backslash, and by a paste', async () => {
    await using place = new Place();
    const { running, east } = await begin(place, echo);
    await running.type('one \\\r');
    await running.says('… ');
    await say(running, 'two', /You said one[^]*two\.[^]*> /);
    await say(running, 'see: \x1b[200~three\rfour\r\x1b[201~!', /You said see: three[^]*four!\.[^]*> /);
    await leave(running);
    const said = east.requests.map(({ body }) => JSON.stringify(body));
    expect(said[0]).toContain('one \\\\ntwo'.replace('\\\\n', '\\n'));
    expect(said[1]).toContain('see: three\\nfour!');
    expect(east.requests).toHaveLength(2);
  });

  it('of another session is there again with the arrow, and is kept for its user alone', async () => {
    await using place = new Place();
    const { running, file } = await begin(place, echo);
    await say(running, 'remember me', /You said remember me\.[^]*> /);
    await say(running, 'lab-key-0123456789 is my key', /is my key\.[^]*> /);
    await leave(running);
    const again = place.terminal(['run', file]);
    await again.says('> ');
    // The newest is /exit.
    await again.type('\x1b[A\x1b[A\r');
    await again.says(/You said remember me\.[^]*> /);
    await leave(again);
    const kept = place.stateFiles().find(({ path }) => path.endsWith('typed.history'))!;
    expect(kept.mode).toBe(0o600);
    expect(kept.bytes.toString()).not.toContain('lab-key');
  });

  it('with a file: a text goes into it, a picture beside it; one that is not there is said, and nothing is sent', async () => {
    await using place = new Place();
    place.write('notes.md', 'Snow is white.');
    place.write('dot.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]));
    const { running, east } = await begin(place, { text: 'Seen.' });
    await say(running, 'Read @none.md', /none\.md: there is no such file; nothing was sent[^]*> /);
    expect(east.requests).toHaveLength(0);
    await say(running, 'Read @notes.md and @dot.png, @alice', /Seen\.[^]*> /);
    await leave(running);
    const body = JSON.stringify(east.requests[0]!.body);
    expect(body).toContain('Snow is white.');
    expect(body).toContain('iVBORw0KGgoAAA==');
    expect(body).toContain('@alice');
  });
});

describe.skipIf(!SCRIPT)('commands', () => {
  it('/help, one that is none, /cost, /tools, /health, /model, /agent, /sessions, /title, /star, /new', async () => {
    await using place = new Place();
    const { running, east } = await begin(place, echo);
    expect(await say(running, '/help', /Ctrl-D leaves\.[^]*> /)).toMatch(/\/steer TEXT +say it/);
    await say(running, '/halp', /no command \/halp; did you mean \/help\?[^]*> /);
    await say(running, '/title Snow', /nothing was said[^]*> /);
    await say(running, 'hello', /You said hello\.[^]*> /);
    expect(await say(running, '/cost', /session: [^]*> /)).toMatch(/1 +root +east\/small-1 .*unpriced/);
    await say(running, '/tools', /read_file +reads[^]*> /);
    await say(running, '/health', /everything is usable[^]*> /);
    await say(running, '/model', /root +east\/small-1[^]*> /);
    await say(running, '/agent', /\* root[^]*> /);
    await say(running, '/agent rot', /no agent "rot"; did you mean root\?[^]*> /);
    await say(running, '/title Snow', /called "Snow"[^]*> /);
    await say(running, '/star', /has a star[^]*> /);
    await say(running, '/new', /a new session begins[^]*> /);
    await say(running, 'other', /You said other\.[^]*> /);
    const list = await say(running, '/sessions', /goes on with one[^]*> /);
    const ref = /([0-9a-f-]{8,}) .*Snow/.exec(list)![1]!;
    await say(running, `/sessions ${ref}`, /session .*"Snow"[^]*> /);
    await say(running, 'back', /You said back\.[^]*> /);
    expect(await say(running, '/cost', /session: [^]*> /)).toMatch(/2 +root/);
    await leave(running);
    expect(JSON.stringify(east.requests.at(-1)!.body)).toContain('hello');
  });

  it('/model asks another from the next answer on, before the first one too, and - its own again', async () => {
    await using place = new Place();
    const [east, west] = [
      await place.lab({ name: 'east', script: echo }),
      await place.lab({ name: 'west', script: { text: 'West here.' } }),
    ];
    const running = place.terminal(['run', place.agent({ providers: [east, west] })]);
    await running.says('> ');
    await say(running, '/model west/small-1', /asked with west\/small-1[^]*> /);
    await say(running, 'one', /West here\.[^]*> /);
    await say(running, '/model -', /its own model again[^]*> /);
    await say(running, 'two', /You said two\.[^]*> /);
    await say(running, '/model nowhere/x', /nowhere[^]*> /);
    await say(running, 'three', /You said three\.[^]*> /);
    await leave(running);
    expect(west.requests).toHaveLength(1);
  });

  it('/compact summarises what was said', async () => {
    await using place = new Place();
    const script = byLastMessage<LabAnswer>([[/summar/i, { text: 'They spoke of snow.' }]], echo);
    const { running } = await begin(place, script);
    await say(running, 'Tell me of snow', /You said Tell me of snow\.[^]*> /);
    await say(running, '/compact keep the snow', /(as asked; the conversation is summarised|!)[^]*> /);
    await leave(running);
  });

  it('/yolo answers approvals from then on, and stops to', async () => {
    await using place = new Place();
    const script = (facts: Facts): LabAnswer =>
      facts.turns.at(-1)?.role === 'tool' ? { text: `Done ${lastUser(facts)}.` } : shell(`echo ${lastUser(facts)} >> log`);
    const { running } = await begin(place, script);
    await say(running, '/yolo', /says yes to every approval[^]*> /);
    await say(running, 'first', /Done first\.[^]*> /);
    await say(running, '/yolo', /you are asked again[^]*> /);
    await say(running, 'second', /say why not: /);
    await say(running, 'n', /Done second\.[^]*> /);
    await leave(running);
    expect(place.read('log')).toBe('first\n');
  });

  it('of the agent file: with what was typed, and with a tool’s output, under the same rules', async () => {
    await using place = new Place();
    const agent =
      '    commands:\n      greet:\n        description: says hello\n        instruction: "Greet ${args[0]} loudly"\n      log: "Look at !shell(cmd=\\"echo from a tool\\")"\n      wipe: "Then !shell(cmd=\\"rm -r log\\")"\n';
    const east = await place.lab({ name: 'east', script: echo });
    const file = place.agent({ providers: [east], agent, more: 'permissions:\n  deny: ["shell:cmd=rm*"]\n' });
    const running = place.terminal(['run', file]);
    await running.says('[y]es, [n]o: ');
    await running.type('y\r');
    await running.says('> ');
    await say(running, '/help', /\/greet +says hello[^]*> /);
    await say(running, '/greet Ann', /You said Greet Ann loudly\.[^]*> /);
    await say(running, '/log', /You said Look at from a tool[^]*> /);
    await say(running, '/wipe', /You said Then \[!shell: [^]*denied by permissions[^]*> /);
    await leave(running);
  });
});

describe.skipIf(!SCRIPT)('what is shown', () => {
  it('an answer that broke is struck in mid-session too, and the next prompt is there', async () => {
    await using place = new Place();
    const outage = { rules: [once('east', { do: 'cut' as const, afterFrames: 3 })] };
    const east = await place.lab({ name: 'east', script: { text: 'It was said and is void by now.' }, outage });
    const west = await place.lab({ name: 'west', script: { text: 'West says so.' } });
    const running = place.terminal(['run', place.agent({ providers: [east, west], fallback: ['west/small-1'] })]);
    await running.says('> ');
    const out = await say(running, 'Go', /West says so\.[^]*> /);
    expect(out).toContain('\x1b[2;9m');
    expect(out).toMatch(/broke in mid-answer[^]*asking[^]*west/);
    await leave(running);
  });

  it('a dumb terminal is sent no escapes, and a character can be taken back', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: echo });
    const running = place.terminal(['run', place.agent({ providers: [east] })], { env: { TERM: 'dumb' } });
    await running.says('> ');
    await say(running, 'helpo\x7f\x7flo', /You said hello\.[^]*> /);
    expect(await leave(running)).not.toContain('\x1b');
  });
});
