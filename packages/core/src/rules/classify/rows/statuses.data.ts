import { range, type Row } from '../row.ts';

/** What a status alone means. */
export const STATUSES: readonly Row[] = [
  { id: 'status/3xx', status: range(300, 399), kind: 'malformed', say: 'it answered with a redirect' },
  { id: 'status/400', status: [400], kind: 'bad-request' },
  { id: 'status/401', status: [401], kind: 'auth' },
  { id: 'status/402', status: [402], kind: 'quota' },
  { id: 'status/403-html', status: [403], when: 'html', kind: 'bad-request', say: 'a bot check stood in the way' },
  { id: 'status/403-spent', status: [403], when: 'spent', kind: 'rate-limit' },
  { id: 'status/403', status: [403], kind: 'access-denied' },
  { id: 'status/404-model', status: [404], when: 'names-model', kind: 'model-missing' },
  { id: 'status/404-path', status: [404, 405], when: 'bare', kind: 'malformed', say: 'no such path: is the base URL right?' },
  { id: 'status/404', status: [404], kind: 'bad-request', repair: 'reference' },
  { id: 'status/407', status: [407], kind: 'local', say: 'the proxy of this machine refused' },
  { id: 'status/4xx-server', status: [408, 409, 425, 499], kind: 'server' },
  { id: 'status/413', status: [413], kind: 'too-large' },
  { id: 'status/429', status: [429], kind: 'rate-limit' },
  { id: 'status/451', status: [451], kind: 'access-denied' },
  { id: 'status/4xx', status: range(400, 499), kind: 'bad-request' },
  { id: 'status/529', status: [529], kind: 'overload' },
  { id: 'status/5xx', status: range(500, 599), kind: 'server' },
];
