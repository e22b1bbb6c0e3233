import type { LiveEvent } from '@holdfast/agent';
import { secretRegistry } from '@holdfast/core/engine';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveSecrets } from './live-secrets.ts';

const SECRET = 'sk-aabaab-0123';
const of = { session: 's', run: 'r', path: [], turn: 1, attempt: 'r:1.1' };
const piece = (text: string, type: 'text' | 'reasoning' = 'text'): LiveEvent => ({ ...of, type, text });
const textOf = (events: readonly LiveEvent[]): string => events.map((event) => (event.type === 'withdrawn' ? '' : event.text)).join('');

function open(): LiveSecrets {
  const secrets = secretRegistry();
  secrets.add('KEY', SECRET);
  return new LiveSecrets(secrets);
}

describe('a stream with a secret in it', () => {
  it('S1: however it is cut, the secret is replaced and everything else is there, in order', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(SECRET), fc.constantFrom('sk-', 'sk-aab', 'a', '-0123', 'plain ')), { maxLength: 8 }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }),
        (words, cuts) => {
          const text = words.join(' ');
          const live = open();
          let shown = '';
          for (let at = 0, n = 0; at < text.length; n++) {
            const size = 1 + cuts[n % cuts.length]!;
            shown += textOf(live.take(piece(text.slice(at, at + size))));
            expect(shown).not.toContain(SECRET);
            at += size;
          }
          shown += textOf(live.rest());
          expect(shown).toBe(text.replaceAll(SECRET, '[secret KEY]'));
        },
      ),
    ));

  it('S1: text that cannot be a secret is shown at once', () => {
    expect(textOf(open().take(piece('Hello there.')))).toBe('Hello there.');
  });

  it('S1: another block shows what the one before held back, in its own kind', () => {
    const live = open();
    expect(live.take(piece('hm sk-', 'reasoning'))).toEqual([piece('hm ', 'reasoning')]);
    expect(live.take(piece('So:'))).toEqual([piece('sk-', 'reasoning'), piece('So:')]);
    expect(live.rest()).toEqual([]);
  });

  it('S2: what is withdrawn while it waits is never shown', () => {
    const live = open();
    live.take(piece('sk-aab'));
    const withdrawn: LiveEvent = { ...of, type: 'withdrawn', kind: 'server', message: 'broke' };
    expect(live.take(withdrawn)).toEqual([withdrawn]);
    expect(live.rest()).toEqual([]);
  });
});
