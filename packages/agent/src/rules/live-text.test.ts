import { secretRegistry } from '@holdfast/core/engine';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveText, type LiveTextPorts } from './live-text.ts';

const SECRET = 'sk-planted-secret-12345';
const secrets = secretRegistry();
secrets.add('PLANTED', SECRET);

function shown(chunks: readonly string[], ports: Partial<LiveTextPorts> = {}): readonly string[] {
  const seen: string[] = [];
  const live = new LiveText({ scrub: secrets.redact, unsettled: secrets.unsettled, show: (text) => seen.push(text), ...ports });
  for (const chunk of chunks) live.add(chunk);
  live.end();
  return seen;
}

describe('live text', () => {
  it('S1: a secret cut anywhere by its pieces never shows, and nothing else is lost', () =>
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.string({ maxLength: 60 }),
        fc.array(fc.nat(160), { maxLength: 8 }),
        fc.boolean(),
        (before, after, cuts, known) => {
          const text = `${before}${SECRET}\n${after}`;
          const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
          const chunks = places.slice(1).map((end, n) => text.slice(places[n], end));
          const seen = shown(chunks, known ? {} : { unsettled: undefined as never }).join('');
          expect(seen).toBe(secrets.redact(text));
        },
      ),
    ));

  it('what cannot be the beginning of a secret is shown at once', () => {
    expect(shown(['one', ' two', ' sk-plan', 'ned\n'])).toEqual(['one', ' two', ' ', 'sk-planned\n']);
  });

  it('S2: beyond its bound only a note, once', () => {
    expect(shown(['12345', '67', '890', 'more'], { bound: 6 })).toEqual(['12345', '6\n[… the rest is not shown while it runs]\n']);
  });
});
