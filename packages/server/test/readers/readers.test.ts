import { labProvider, texts, type Fault, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { bodyOf, CLIENT, hear, type ClientName, type Heard } from './index.ts';

const CLIENTS = Object.keys(CLIENT) as ClientName[];
const ANSWER: LabAnswer = {
  text: texts.emoji,
  reasoning: 'Hm, let me see.',
  toolCalls: [
    { name: 'lookup', args: { query: 'one' } },
    { name: 'lookup', args: { query: 'two' } },
  ],
};

/** What a lab's provider answers a client of its own protocol. */
async function heardOf(client: ClientName, answer: LabAnswer, stream = true): Promise<Heard> {
  await using lab = await labProvider({ name: 'east', protocol: client, script: answer });
  return await hear(lab.url + CLIENT[client].path, bodyOf(client, { model: 'small-1', stream }), { headers: CLIENT[client].headers });
}

/** The stream, event by event, each with its empty line. */
const cutUp = (heard: Heard): readonly string[] => heard.text.split(/(?<=\n\n)/);

/** May be missing or come twice without harm. */
const HARMLESS = /event: ping|response\.in_progress/;
/** Deltas whose loss or repetition shows in what is read, where nothing says the whole again. */
const CONTENT = /content_block_delta|"delta":\{"(content|reasoning_content|tool_calls)"/;

describe.each(CLIENTS)('a strict reader of %s', (client) => {
  const { stream: read, whole: readWhole } = CLIENT[client];

  it('finds nothing wrong with what a provider sends, and reads all of it', async () => {
    const told = read(await heardOf(client, ANSWER));
    expect(told.faults).toEqual([]);
    expect(told).toMatchObject({ text: texts.emoji, reasoning: ANSWER.reasoning, finish: CLIENT[client].calls, error: undefined });
    expect(told.calls.map(({ input }) => input)).toEqual([{ query: 'one' }, { query: 'two' }]);
    const whole = readWhole(await heardOf(client, ANSWER, false));
    expect(whole).toMatchObject({ faults: [], text: told.text, reasoning: told.reasoning, finish: told.finish, output: told.output });
    expect(whole.calls.map(({ input }) => input)).toEqual([{ query: 'one' }, { query: 'two' }]);
  });

  it('sees every event that is missing or comes twice', async () => {
    const heard = await heardOf(client, ANSWER);
    const events = cutUp(heard);
    expect(events.length).toBeGreaterThan(20);
    const { output: _, ...right } = read(heard);
    for (const [at, event] of events.entries()) {
      if (HARMLESS.test(event) && client !== 'openai-responses') continue;
      for (const times of [0, 2]) {
        const text = events.toSpliced(at, 1, ...Array.from({ length: times }, () => event)).join('');
        const { output: _, ...told } = read({ ...heard, text });
        if (CONTENT.test(event) && !/"(content|partial_json)":""|"arguments":""/.test(event))
          expect({ event, ...told }).not.toEqual({ event, ...right });
        else if (!/"(partial_json|content)":""/.test(event))
          expect({ event, times, faults: told.faults }).not.toEqual({ event, times, faults: [] });
      }
    }
  });

  it('takes the end of HTTP for no end of an answer', async () => {
    const heard = await heardOf(client, ANSWER);
    const events = cutUp(heard);
    for (let at = 0; at < events.length; at++)
      for (const complete of [true, false])
        expect({ at, faults: read({ ...heard, complete, text: events.slice(0, at).join('') }).faults }).not.toEqual({ at, faults: [] });
    expect(read({ ...heard, complete: false }).faults).not.toEqual([]);
    expect(read({ ...heard, text: heard.text.slice(0, -3) }).faults).not.toEqual([]);
  });

  it.each<Fault>([
    { do: 'cut' },
    { do: 'clean-end' },
    { do: 'bad-frame' },
    { do: 'half-call' },
    { do: 'cut-after-finish' },
    { do: 'error-event' },
  ])('$do is no answer', async (fault) => {
    const heard = await heardOf(client, { ...ANSWER, fault });
    expect(read(heard).faults).not.toEqual([]);
    // An error that is told, and a connection that breaks: so it has to be.
    if (fault.do === 'error-event')
      expect(read({ ...heard, complete: false })).toMatchObject({ faults: [], finish: undefined, error: { message: expect.any(String) } });
  });

  it('tells an answer that ends at its limit, and one that is an error', async () => {
    expect(read(await heardOf(client, { text: 'Half of', finish: 'length' }))).toMatchObject({ faults: [], finish: CLIENT[client].length });
    const failed = await heardOf(client, { fault: { do: 'json-error' } }, false);
    expect(readWhole(failed)).toMatchObject({ text: '', finish: undefined, error: { message: expect.any(String) } });
  });
});
