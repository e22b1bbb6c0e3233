import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretRegistry } from './secrets.ts';

const KEY = 'sk-live/ab+cd==99';
const registry = () => {
  const secrets = secretRegistry();
  secrets.add('WORK_KEY', KEY);
  return secrets;
};

describe('redact', () => {
  it('finds a value raw, in a URL, in JSON and in base64, alone or inside another text', () => {
    const forms = [
      KEY,
      encodeURIComponent(KEY),
      encodeURIComponent(KEY).toLowerCase(),
      JSON.stringify({ k: KEY }),
      btoa(KEY),
      btoa(`u:${KEY}`),
      btoa(`us:${KEY}:x`),
      btoa(`usr:${KEY}`),
    ];
    for (const form of forms) {
      const clean = registry().redact(`before ${form} after`);
      expect(clean).toContain('[secret WORK_KEY]');
      expect(clean).not.toContain('ab+cd');
      expect(registry().has(form)).toBe(true);
    }
  });

  it('any secret is gone from any text around it, in every form', () =>
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, unit: 'binary' }).filter((text) => text.trim().length >= 6 && text.isWellFormed()),
        fc.string(),
        fc.string(),
        (value, a, b) => {
          const secrets = secretRegistry();
          secrets.add('S', value);
          const secret = value.trim();
          const text = `${a}${secret}${b}${JSON.stringify(secret)}${encodeURIComponent(secret)}`;
          expect(secrets.redact(text).replaceAll('[secret S]', '\u0000')).not.toContain(secret);
        },
      ),
    ));

  it('short values are words, not secrets; an empty registry changes nothing', () => {
    const secrets = secretRegistry();
    secrets.add('PIN', '12345');
    expect(secrets.redact('12345')).toBe('12345');
    const data = { a: 1 };
    expect(secrets.redactDeep(data)).toBe(data);
  });

  it('the longer of two secrets goes whole', () => {
    const secrets = secretRegistry();
    secrets.add('A', 'abcdef');
    secrets.add('B', 'abcdefghij');
    expect(secrets.redact('abcdefghij abcdef')).toBe('[secret B] [secret A]');
  });

  it('a long text full of near misses comes back as it was', () => {
    const secrets = registry();
    for (let i = 0; i < 50; i++) secrets.add(`K${i}`, `sk-${'a'.repeat(i + 10)}${i}`);
    const text = 'sk-aaaaaaaa '.repeat(200_000);
    expect(secrets.redact(text)).toBe(text);
  });
});

describe('redactDeep', () => {
  it('the same object when nothing is found, copies only along the way when something is', () => {
    const clean = { list: [1, 'two', null], bytes: new Uint8Array(3) };
    const secrets = registry();
    expect(secrets.redactDeep(clean)).toBe(clean);
    const data = { clean, dirty: { header: `Bearer ${KEY}` }, [KEY]: 1 };
    const out = secrets.redactDeep(data) as Record<string, unknown>;
    expect(out['clean']).toBe(clean);
    expect(JSON.stringify(out)).not.toContain(KEY);
    expect(data.dirty.header).toContain(KEY);
  });

  it('looks into errors, causes, maps and sets; a cycle and great depth end it', () => {
    const secrets = registry();
    const error = new Error(`401 for ${KEY}`, { cause: { body: KEY } });
    const out = secrets.redactDeep(error);
    expect(out).toBeInstanceOf(Error);
    expect(`${out.message} ${out.stack} ${JSON.stringify(out.cause)}`).not.toContain(KEY);
    expect([...secrets.redactDeep(new Map([[KEY, new Set([KEY])]])).keys()]).toEqual(['[secret WORK_KEY]']);
    const loop: Record<string, unknown> = { KEY };
    loop['self'] = loop;
    expect(secrets.redactDeep(loop)).toMatchObject({ KEY: '[secret WORK_KEY]', self: '[circular]' });
    let deep: unknown = KEY;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(() => secrets.redactDeep(deep)).not.toThrow();
  });
});

it('children get the environment without what is named or holds a secret, but for what is let through', () => {
  const env = { PATH: '/bin', WORK_KEY: KEY, COPY: `x${KEY}`, EMPTY: undefined, HOME: '/' };
  expect(registry().childEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/' });
  expect(registry().childEnvironment(env, ['WORK_KEY'])).toEqual({ PATH: '/bin', HOME: '/', WORK_KEY: KEY });
});
