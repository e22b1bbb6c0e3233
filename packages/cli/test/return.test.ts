import { echo } from './scripts.fixture.ts';
import { once } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, Place } from './command.ts';

/** The record of the last call of a `--json` run. */
function recordOf(out: string): Record<string, unknown> {
  const calls = events(out).filter(({ on, type }) => on === 'call' && type === 'call-end');
  return calls.at(-1)!['record'] as Record<string, unknown>;
}

describe('P8: a session that moved to another model', () => {
  it.each([
    ['when_cool', 'west/small-1', ['kept-cache']],
    ['next_session', 'west/small-1', ['kept-cache']],
    ['never', 'west/small-1', ['kept-never']],
  ])('return_to_primary %s: the next process goes on where the last one was answered', async (policy, target, marks) => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', outage: { rules: [once('east', { do: 'status', reason: 'rate-limit' })] }, script: echo });
    const west = await place.lab({ name: 'west', script: echo });
    const more = `tiers:\n  smart: { models: [east/small-1, west/small-1], return_to_primary: ${policy} }\n`;
    const file = place.agent({ providers: [east, west], model: 'smart', more });
    const first = await place.run(['run', file, 'one', '--json']);
    expect(recordOf(first.out), first.err).toMatchObject({ target: 'west/small-1', marks: [] });
    // The first model is well again, and everybody knows.
    expect(await place.run(['health', 'clear', 'east', '--config', file])).toMatchObject({ code: 0 });
    const second = await place.run(['run', file, 'two', '--session', '-1', '--json']);
    expect(recordOf(second.out), second.err).toMatchObject({ target, marks });
    const fresh = await place.run(['run', file, 'three', '--json']);
    expect(recordOf(fresh.out)).toMatchObject(policy === 'never' ? { target: 'west/small-1' } : { target: 'east/small-1', marks: [] });
  });
});
