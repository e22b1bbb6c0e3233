import { describe, expect, it } from 'vitest';
import { Place } from './command.ts';
import { echo } from './scripts.fixture.ts';

describe('a tier with settings for each of its models', () => {
  it('each is asked with its own, and the effort of the tier reaches who has none', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', outage: { rules: [{ target: 'east', fault: { do: 'status', reason: 'auth' } }] } });
    const west = await place.lab({ name: 'west', script: echo });
    const more =
      'tiers:\n  smart:\n    models:\n' +
      '      - { model: east/small-1, max_tokens: 4000, temperature: 0.2, effort: high, provider_opts: { flavour: mild } }\n' +
      '      - { model: west/small-1, top_p: 0.5 }\n';
    const file = place.agent({ providers: [east, west], model: 'smart:low', more });
    const { code, out, err } = await place.run(['run', file, 'Hello']);
    expect({ code, out }, err).toEqual({ code: 0, out: 'You said Hello.\n' });
    expect(east.requests[0]!.body).toMatchObject({ max_tokens: 4000, temperature: 0.2, reasoning_effort: 'high', flavour: 'mild' });
    const body = west.requests[0]!.body as Record<string, unknown>;
    expect(body).toMatchObject({ top_p: 0.5, reasoning_effort: 'low' });
    for (const name of ['max_tokens', 'temperature', 'flavour']) expect(body).not.toHaveProperty(name);
  });
});
