/** A gateway that is told to leave, or to serve another file, with answers under way. */
import { gate, texts, type Gate } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { CLIENTS, front, GATEWAY, type Client, type Front, type Tiers } from './gateway-process.ts';
import { listenTo, type Listening } from './listening.ts';
import { CLIENT, hear } from './readers/index.ts';
import { OTHER } from './rehearsal.ts';

const TEXT = texts.plain;
const rows = CLIENTS.flatMap((client) => [client, OTHER[client]].map((api) => ({ client, api, name: `${client}-${api}` })));

interface Doors {
  readonly tiers: Tiers;
  readonly gates: ReadonlyMap<string, Gate>;
}

/** A tier for each row, whose answer stands at a gate in its middle. */
function doors(at: Gate['at'] = 12): Doors {
  const gates = new Map(rows.map(({ name }) => [name, gate(at)]));
  const tiers = Object.fromEntries(
    rows.map(({ name, api }) => [name, { targets: [{ api, script: { text: TEXT, gate: gates.get(name)! } }] }]),
  );
  return { tiers, gates };
}

interface Under {
  readonly name: string;
  readonly client: Client;
  readonly heard: Listening;
}

/** An answer of each row, in its middle. */
async function underWay(on: Front, { gates }: Doors): Promise<readonly Under[]> {
  const all = rows.map(({ name, client }) => ({ name, client, heard: listenTo(client, on.at(name, client)) }));
  await Promise.all(all.map(({ name }) => gates.get(name)!.reached));
  await Promise.all(all.map(({ heard }) => heard.until((text) => text.length > 0)));
  return all;
}

const whole = async (all: readonly Under[]): Promise<void> => {
  for (const { client, heard, name } of all)
    expect({ name, told: CLIENT[client].stream(await heard.over) }).toMatchObject({
      told: { text: TEXT, finish: CLIENT[client].stop, faults: [] },
    });
};
const release = ({ gates }: Doors): void => gates.forEach((one) => one.release());
const statusOf = async (url: string): Promise<number | string | undefined> => {
  const { status, error } = await hear(url, undefined, { method: 'GET' });
  return status ?? error;
};

describe.runIf(GATEWAY)('told to leave', () => {
  it.each([1, 2])('%i workers: answers under way are finished, nothing new is taken, exit 143', async (workers) => {
    const made = doors();
    await using on = await front(made.tiers, { args: ['--workers', String(workers)] });
    const all = await underWay(on, made);
    on.served.signal('SIGTERM');
    await expect
      .poll(() => statusOf(`${on.served.url}/v1/models`), { interval: 5, timeout: 10_000 })
      .toMatch(/503|ECONNREFUSED|ECONNRESET/);
    release(made);
    await whole(all);
    expect(await on.served.ended).toBe(143);
  });

  it.each([1, 2])('%i workers: told twice, it leaves at once, and no answer passes for whole', async (workers) => {
    const made = doors();
    await using on = await front(made.tiers, { args: ['--workers', String(workers), '--grace', '10m'] });
    const all = await underWay(on, made);
    on.served.signal('SIGTERM');
    await expect
      .poll(() => statusOf(`${on.served.url}/v1/models`), { interval: 5, timeout: 10_000 })
      .toMatch(/503|ECONNREFUSED|ECONNRESET/);
    on.served.signal('SIGTERM');
    for (const { heard } of all) expect((await heard.over).complete).toBe(false);
    await on.served.ended;
    await expect.poll(() => statusOf(`${on.served.url}/healthz`), { interval: 5, timeout: 10_000 }).toBe('ECONNREFUSED');
  });

  it("after the grace: an error in the client's protocol, and the connection is cut", async () => {
    const made = doors();
    await using on = await front(made.tiers, { args: ['--grace', '1s'] });
    const all = await underWay(on, made);
    on.served.signal('SIGTERM');
    for (const { client, heard, name } of all) {
      const over = await heard.over;
      const told = CLIENT[client].stream(over);
      expect({ name, complete: over.complete, told }).toMatchObject({
        complete: false,
        told: { finish: undefined, error: { message: expect.any(String) }, faults: [] },
      });
      expect(TEXT.startsWith(told.text) && told.text !== '').toBe(true);
    }
    expect(await on.served.ended).toBe(143);
    for (const { name } of rows) expect(on.asked(name)).toMatchObject([{ state: 'aborted' }]);
  });

  it('after the grace, before there was an answer: 503', async () => {
    const made = doors('head');
    await using on = await front(made.tiers, { args: ['--grace', '1s'] });
    const all = rows.map(({ name, client }) => ({ client, heard: listenTo(client, on.at(name, client)) }));
    await Promise.all([...made.gates.values()].map(({ reached }) => reached));
    on.served.signal('SIGTERM');
    for (const { heard } of all) {
      const { status, complete, text } = await heard.over;
      expect([status, complete]).toEqual([503, true]);
      expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String) } });
    }
    expect(await on.served.ended).toBe(143);
  });
});

describe.runIf(GATEWAY)('told to serve another file', () => {
  it.each([1, 2])('%i workers: answers under way go on, the next call meets the new file; a wrong one changes nothing', async (workers) => {
    const made = doors();
    await using on = await front(
      { ...made.tiers, old: { targets: [{ api: 'openai-chat', script: { text: 'Old.' } }] } },
      { args: ['--workers', String(workers)] },
    );
    const before = await underWay(on, made);
    const asksFor = async (model: string): Promise<number | undefined> => {
      const { base } = on.at('old', 'openai-chat');
      return (await hear(`${base}/chat/completions`, { model, messages: [{ role: 'user', content: 'Well?' }] })).status;
    };
    expect([await asksFor('old'), await asksFor('renamed')]).toEqual([200, 404]);

    on.served.write({ tiers: { old: 'nobody' } });
    await on.served.says('is not taken over: it is invalid; what was served before goes on');
    expect([await asksFor('old'), await asksFor('renamed')]).toEqual([200, 404]);

    const file = on.fileWith({}) as { readonly tiers: Readonly<Record<string, unknown>>; readonly providers: unknown };
    on.served.write({ providers: file.providers, tiers: { renamed: file.tiers['old'] } });
    await on.served.says('tiers.renamed');
    expect([await asksFor('old'), await asksFor('renamed')]).toEqual([404, 200]);

    release(made);
    await whole(before);
    expect(on.served.err).not.toMatch(/lab-key|a fault of ours/);
  });
});
