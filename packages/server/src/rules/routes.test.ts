import { expect, it } from 'vitest';
import { routeTable } from './routes.ts';

const ROUTES = [
  { method: 'GET', path: '/' },
  { method: 'POST', path: '/v1/messages' },
  { method: 'GET', path: '/api/calls' },
  { method: 'GET', path: '/api/calls/stream' },
  { method: 'GET', path: '/api/calls/:id' },
  { method: 'PUT', path: '/api/health/:scope' },
  { method: 'DELETE', path: '/api/health/:scope' },
];
const table = routeTable(ROUTES);
const at = (method: string, path: string) => {
  const found = table.find(method, path);
  return typeof found === 'object' ? [found.route.path, { ...found.params }] : found;
};

it.each<[string, string, unknown]>([
  ['POST', '/v1/messages', ['/v1/messages', {}]],
  ['GET', '/v1/messages', 'POST'],
  ['HEAD', '/v1/messages', 'POST'],
  ['HEAD', '/', ['/', {}]],
  ['POST', '/', 'GET, HEAD'],
  ['GET', '/api/calls/stream', ['/api/calls/stream', {}]],
  ['GET', '/api/calls/c1', ['/api/calls/:id', { id: 'c1' }]],
  ['PUT', '/api/health/endpoint%3Awork%2Fsmall', ['/api/health/:scope', { scope: 'endpoint:work/small' }]],
  ['GET', '/api/health/x', 'PUT, DELETE'],
  ['PUT', '/api/health/%zz', undefined],
  ['PUT', '/api/health/', undefined],
  ['PUT', '/api/health/a/b', undefined],
  ['GET', '/api/calls/', undefined],
  ['GET', '//', undefined],
  ['GET', 'http://localhost/', undefined],
  ['OPTIONS', '*', undefined],
  ['GET', '/__proto__', undefined],
  ['__proto__', '/', 'GET, HEAD'],
])('%s %s', (method, path, found) => expect(at(method, path)).toEqual(found));

it('two routes for one method and path are a mistake of ours', () =>
  expect(() => routeTable([...ROUTES, { method: 'PUT', path: '/api/health/:scope' }])).toThrow('two routes'));
