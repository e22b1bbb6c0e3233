import { describe, expect, it } from 'vitest';
import { ModelFailure } from './failure.ts';
import { mendable } from './repair.ts';

describe('mendable', () => {
  const refused = new ModelFailure('bad-request', 'refused', { status: 400, repair: 'signature' }, { cause: 'body' });

  it('leaves a repair that can be made', () => {
    expect(mendable(refused, new Set(['signature']))).toBe(refused);
  });

  it('drops one that cannot, and nothing else', () => {
    const failure = mendable(refused, new Set(['lower-effort']));
    expect(failure).toMatchObject({ kind: 'bad-request', message: 'refused', facts: { status: 400 }, cause: 'body' });
    expect(failure.facts).not.toHaveProperty('repair');
  });
});
