import type { LabProvider } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, lines, Place } from './command.ts';

/** East tells the first request to come back after two minutes; west answers. */
async function limited(place: Place): Promise<{ readonly east: LabProvider; readonly file: string }> {
  const rule = { target: 'east', fault: { do: 'status', reason: 'rate-limit', retryAfter: 120 }, times: 1 } as const;
  const east = await place.lab({ name: 'east', script: { text: 'East.' }, outage: { rules: [rule] } });
  const west = await place.lab({ name: 'west', protocol: 'anthropic-messages', script: { text: 'West.' } });
  return { east, file: place.agent({ providers: [east, west], fallback: ['west/small-1'] }) };
}

describe('health probe', () => {
  it('probe asks a model now, though it rests; its answer ends the rest, its failure is believed', async () => {
    await using place = new Place();
    const { east, file } = await limited(place);
    await place.run(['run', file, 'Hello']);
    const probed = await place.run(['health', 'probe', 'east/small-1', '--config', file]);
    expect(probed).toMatchObject({ code: 0, err: expect.stringMatching(/^holdfast: asking east\/small-1.*; Ctrl-C gives up\n$/) });
    expect(lines(probed.out)).toEqual([
      expect.stringMatching(/^east\/small-1 answered in .+; usable again:$/),
      '  account:east#LAB_KEY/small-1',
    ]);
    expect(east.requests).toHaveLength(2);
    expect((await place.run(['health'])).out).toBe('everything is usable: nothing rests\n');
  });

  it('a model that is silent is waited for no longer than --timeout; one that rests by hand still does', async () => {
    await using place = new Place();
    const mute = await place.lab({ name: 'mute', script: { fault: { do: 'silence' } } });
    const east = await place.lab({ name: 'east', script: { text: 'East.' } });
    const file = place.agent({ providers: [mute, east] });
    const silent = await place.run(['health', 'probe', 'mute/m1', '--timeout', '300ms', '--config', file]);
    expect(silent.code).toBe(75);
    expect(silent.err).toContain('asking mute/m1 and waiting for its answer, for 0.3 s at most');
    await place.run(['health', 'set', 'east/small-1', '--reason', 'overload', '--for', '10m', '--config', file]);
    const probed = await place.run(['health', 'probe', 'east/small-1', '--config', file]);
    expect(probed.code).toBe(0);
    expect(probed.out).toContain('it still rests, set by hand: holdfast health clear endpoint:east/small-1');
    expect(await place.run(['health', 'probe', 'east/small-1', '--timeout', 'soon', '--config', file])).toMatchObject({ code: 2 });
  });

  it('probe of a model that fails says why and exits 75 when trying again makes sense', async () => {
    await using place = new Place();
    const rule = { target: 'east', fault: { do: 'status', reason: 'rate-limit', retryAfter: 120 } } as const;
    const east = await place.lab({ name: 'east', script: { text: 'East.' }, outage: { rules: [rule] } });
    const file = place.agent({ providers: [east] });
    const probed = await place.run(['health', 'probe', 'east/small-1', '--config', file, '--json']);
    expect(probed.code).toBe(75);
    expect(events(probed.out)).toMatchObject([{ action: 'probe', ref: 'east/small-1', ok: false, kind: 'rate-limit' }]);
    expect((await place.run(['health'])).out).toContain('account:east#LAB_KEY/small-1');
    expect(east.requests).toHaveLength(1);
  });
});
