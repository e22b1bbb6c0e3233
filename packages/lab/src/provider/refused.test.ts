import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { holdPort, listen } from './refused.ts';

it('a number that somebody’s outgoing connection was given meanwhile is as good as held', async () => {
  const server = createServer();
  await listen(server, 0);
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const held = await holdPort(socket.localPort!);
  const refused = connect(held.port, '127.0.0.1');
  expect(await once(refused, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
  await held.close();
  socket.destroy();
  server.close();
});
