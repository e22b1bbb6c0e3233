import { byTurn, once, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { Screen } from '../src/render/screen.fixture.ts';
import { Place, SCRIPT } from './command.ts';

/** What stands on a terminal of 80 by 24 after that output; the kernel has put a return before each line end. */
function screenOf(out: string): Screen {
  const screen = new Screen(80, 24);
  screen.write(out.replaceAll('\r\n', '\n'));
  return screen;
}

describe.skipIf(!SCRIPT)('run, on a terminal', () => {
  it('streams; a broken answer is struck where it stands; failures, tokens and the answer are there', async () => {
    await using place = new Place();
    const text =
      'The first model says quite a lot before it breaks off in the middle of a sentence that nobody will ever see the end of. '.repeat(2);
    const east = await place.lab({ name: 'east', script: { text }, outage: { rules: [once('east', { do: 'cut', afterFrames: 30 })] } });
    const west = await place.lab({ name: 'west', protocol: 'anthropic-messages', script: { text: '雪 melts\nin spring.' } });
    const file = place.agent({ providers: [east, west], fallback: ['west/small-1'] });
    const { code, out } = await place.terminal(['run', file, 'When?']).ended;
    const screen = screenOf(out);
    expect(code).toBe(0);
    expect(screen.struck.length).toBeGreaterThan(80);
    expect(text.replace(/\s/g, '').startsWith(screen.struck)).toBe(true);
    expect(screen.text.replace(/\n/g, ' ')).toMatch(
      / ! east\/small-1 broke in mid-answer .* asking west\/s ?mall-1 雪 melts in spring\. 1 model call, [\d,]+ tokens in, \d+ out/,
    );
  });

  it('a finished session is printed again; nothing in it steers the terminal', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'Done.\x1b]0;owned\x07\x1b[2J\x9b2J' } });
    const file = place.agent({ providers: [east] });
    expect((await place.run(['run', file, 'Go'])).code).toBe(0);
    for (const args of [['run', file, '--session', '-1'], ['sessions', 'show', '-1'], ['sessions']]) {
      const { code, out } = await place.terminal(args).ended;
      expect(code).toBe(0);
      // The screen throws at every control it does not know.
      expect(screenOf(out).text).toContain(args[0] === 'sessions' && args.length === 1 ? 'done' : 'Done.');
    }
  });

  it('asks before a command runs, and shows all of it', async () => {
    await using place = new Place();
    const cmd = `echo ${'harmless '.repeat(20)} > out.txt; echo hidden >> out.txt`;
    const script = byTurn<LabAnswer>([{ toolCalls: [{ name: 'shell', args: { cmd } }] }, { text: 'Done.' }]);
    const file = place.agent({ providers: [await place.lab({ name: 'east', script })] });
    for (const [answer, runs] of [
      ['n', false],
      ['not now', false],
      ['y', true],
    ] as const) {
      const running = place.terminal(['run', file, 'Go']);
      await running.says('[y]es');
      expect(running.out).toContain('echo hidden >> out.txt');
      await running.type(`${answer}\n`);
      const { code, out } = await running.ended;
      expect(code).toBe(0);
      expect(out).toContain('Done.');
      expect(existing(place)).toBe(runs);
    }
  });

  it('an interactive session takes a prompt a line, in one conversation, until /exit', async () => {
    await using place = new Place();
    const east = await place.lab({
      name: 'east',
      script: ({ turns }) => ({ text: `${turns.filter(({ role }) => role === 'user').length} so far.` }),
    });
    const running = place.terminal(['run', place.agent({ providers: [east] })]);
    for (const n of [1, 2]) {
      await running.says(n === 1 ? '> ' : /1 so far\.[^]*> /);
      await running.type(`Prompt ${n}\n`);
      await running.says(`${n} so far.`);
    }
    await running.says(/2 so far\.[^]*> /);
    await running.type('/exit\n');
    expect((await running.ended).code).toBe(0);
    expect(east.requests).toHaveLength(2);
  });
});

function existing(place: Place): boolean {
  try {
    return place.read('out.txt').includes('hidden');
  } catch {
    return false;
  }
}
