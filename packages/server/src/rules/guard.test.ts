import { describe, expect, it } from 'vitest';
import { isLoopback, namesOf, preflightHeaders, refusedHost, refusedOrigin, refusedType } from './guard.ts';

const NAMES = namesOf({ hosts: ['Gateway.example.com', 'other.example:8443'], origins: ['https://app.example.com/', 'null'] });
const host = (name: string | undefined, raw = ['Host', name ?? '']) => refusedHost({ host: name }, raw, NAMES)?.error.status ?? 'in';

describe('G1: the names that a request may call the gateway by', () => {
  it.each([
    'localhost',
    'LOCALHOST:4141',
    '127.0.0.1',
    '127.0.0.1:4141',
    '127.255.3.4:1',
    '[::1]',
    '[::1]:4141',
    'gateway.example.com',
    'GATEWAY.example.com:80',
    'other.example:8443',
  ])('%s', (name) => expect(host(name)).toBe('in'));
  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.localhost',
    '127.0.0.999',
    '128.0.0.1',
    '0.0.0.0:4141',
    '[::]',
    '::1',
    'localhost:',
    'localhost:99999999',
    'localhost@evil.example',
    'localhost, evil.example',
    ' localhost',
    'localhost\t',
    'other.example',
    'other.example:80',
    'sub.gateway.example.com',
  ])('not %s', (name) => expect(host(name)).toBe(403));
  it('none, or more than one, is no request that can be meant', () => {
    expect(host(undefined)).toBe(400);
    expect(host('')).toBe(400);
    expect(host('localhost', ['Host', 'localhost', 'accept', 'x', 'hOSt', 'evil.example'])).toBe(400);
  });
});

describe('G2: the pages that may ask', () => {
  const from = (origin: string | undefined, at = 'localhost:4141') => refusedOrigin({ origin, host: at }, NAMES)?.error.status ?? 'in';
  it('no page, a listed one, our own', () => {
    expect(from(undefined)).toBe('in');
    expect(from('https://app.example.com')).toBe('in');
    expect(from('HTTPS://APP.example.com')).toBe('in');
    expect(from('http://localhost:4141')).toBe('in');
  });
  it.each([
    'null',
    '',
    'http://app.example.com',
    'https://app.example.com.evil',
    'https://localhost:4141',
    'http://localhost',
    'http://127.0.0.1:4141',
    'https://app.example.com, https://evil.example',
  ])('not %j', (origin) => expect(from(origin)).toBe(403));
});

describe('what a body may be', () => {
  const type = (content: string | undefined, more = {}) =>
    refusedType({ 'content-type': content, 'content-length': '2', ...more })?.error.status ?? 'in';
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json;',
  ])('%s', (content) => expect(type(content)).toBe('in'));
  it.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json; charset=latin1',
    'text/plain; application/json',
    'application/json, text/plain',
  ])('not %j', (content) => expect(type(content)).toBe(415));
  it('no body has no type; a chunked one is a body', () => {
    expect(type(undefined, { 'content-length': undefined })).toBe('in');
    expect(type(undefined, { 'content-length': '0' })).toBe('in');
    expect(type(undefined, { 'content-length': undefined, 'transfer-encoding': 'chunked' })).toBe(415);
  });
});

it('a preflight allows what the SDKs ask for, and echoes no header that is no name', () => {
  const asked = 'authorization,content-type, x-stainless-os, anthropic-dangerous-direct-browser-access';
  const headers = { origin: 'https://app.example.com', 'access-control-request-headers': asked };
  expect(preflightHeaders(headers, 'POST')).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-headers': asked,
    'access-control-allow-methods': 'POST',
    vary: 'origin',
  });
  expect(preflightHeaders({ ...headers, 'access-control-request-headers': 'a b\u0000' }, 'POST')).not.toHaveProperty(
    'access-control-allow-headers',
  );
});

it('where loopback is', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '', '192.168.0.1', '127.0.0.1.evil.example', '::ffff:10.0.0.1', 'example.com'].some(isLoopback)).toBe(false);
});
