import { describe, expect, it } from 'vitest';
import { ModelFailure } from './failure.ts';
import { mendable } from './repair.ts';

describe('mendable', () => {
  const refused = new ModelFailure('bad-request', 'refused', { status: 400, repair: 'signature' }, { cause: 'body' });

  it('leaves a repair that can be made as it is', () => {
    expect(mendable(refused, () => 'signature')).toBe(refused);
  });

  it('puts a more precise one in its place, and nothing else', () => {
    expect(mendable(refused, () => 'unsign:3')).toMatchObject({
      kind: 'bad-request',
      message: 'refused',
      facts: { status: 400, repair: 'unsign:3' },
      cause: 'body',
    });
  });

  it('drops one that would change nothing', () => {
    const failure = mendable(
      refused,
      () => 'unsign:3',
      (repair) => repair !== 'unsign:3',
    );
    expect(failure.facts).toEqual({ status: 400 });
  });

  it('of several takes the first that changes something', () => {
    const failure = mendable(
      refused,
      () => ['schema-mode', 'setting:effort', 'setting:strict'],
      (repair) => repair !== 'schema-mode',
    );
    expect(failure.facts).toEqual({ status: 400, repair: 'setting:effort' });
  });

  it('drops one that cannot be made, and nothing else', () => {
    const failure = mendable(refused, () => undefined);
    expect(failure).toMatchObject({ kind: 'bad-request', message: 'refused', facts: { status: 400 }, cause: 'body' });
    expect(failure.facts).not.toHaveProperty('repair');
  });
});
