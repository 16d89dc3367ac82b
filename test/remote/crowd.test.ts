/** What a crowd, a backlog of logins and a change of keys do to those who want to stop the desk. */
import { createConnection } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  aKeyPair,
  aRawClient,
  aServer,
  BAD_LOGIN,
  refusal,
  served,
} from '../support/edge/shell-server.ts';

served(
  'F40: after five failed logins nobody may do more than look and stop for a minute',
  async (server) => {
    const attempt = async (own = server.own) => aRawClient(server.socketPath).logIn(own);
    const stranger = aKeyPair().own;
    for (let failed = 0; failed < 5; failed += 1) {
      assert.equal(await attempt(stranger), refusal(BAD_LOGIN));
    }
    assert.equal(await attempt(stranger), refusal('too many failed logins; wait a minute'));
    const client = aRawClient(server.socketPath);
    const welcome = (await client.logIn(server.own)) as { role: string; note: string };
    assert.is(welcome.role, 'viewer', 'nobody is kept from stopping the desk');
    assert.match(welcome.note, /^too many failed logins: .* stop the desk$/);
    client.send({ kind: 'run', id: 1, words: ['kill'] });
    await client.next();
    assert.equal(server.commands.at(-1)?.who, { user: 'operator', role: 'viewer' });
    server.env.stall(59_999);
    assert.is(((await attempt()) as { role: string }).role, 'viewer');
    server.env.stall(1);
    assert.equal(await attempt(), { kind: 'welcome', user: 'operator', role: 'operator' });
  },
);

served(
  'F40: whoever has not logged in makes room, so a backlog keeps nobody from stopping',
  async (server) => {
    const guests = Array.from({ length: 9 }, () => aRawClient(server.socketPath));
    for (const guest of guests) await guest.next();
    assert.is(server.server.connections, 9);
    const late = aRawClient(server.socketPath);
    assert.equal(await late.logIn(server.own), {
      kind: 'welcome',
      user: 'operator',
      role: 'operator',
    });
    assert.equal(
      await guests[0]?.next(),
      refusal('somebody else needs the connection; log in at once'),
    );
    assert.is(await guests[0]?.next(), 'closed 1008');
    assert.is(server.server.connections, 9);
  },
);

served(
  'beside eight people a ninth may look and stop, and a tenth may not come in',
  async (server) => {
    for (let person = 1; person <= 8; person += 1) {
      const welcome = await aRawClient(server.socketPath).logIn(server.own);
      assert.is((welcome as { role: string }).role, 'operator');
    }
    const ninth = aRawClient(server.socketPath);
    const welcome = (await ninth.logIn(server.own)) as { role: string; note: string };
    assert.is(welcome.role, 'viewer');
    assert.match(welcome.note, /^all connections are taken: .* stop the desk$/);
    assert.is(await aRawClient(server.socketPath).next(), 'closed 1013');
    await server.env.advance(60_000);
    assert.equal(await ninth.next(), refusal('idle'), 'the place is given back within a minute');
  },
);

served('a connection that never speaks is given up', async (server) => {
  const socket = createConnection(server.socketPath);
  await new Promise((resolve) => socket.once('connect', resolve));
  while (server.env.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await server.env.advance(10_000);
  await closed;
  assert.equal(server.events, [{ kind: 'handshake-late', fields: { waitedMs: 10_000 } }]);
});

test('a key that is taken away or changed rules from the next command on', async () => {
  const { own, authorised } = aKeyPair('ann', 'operator');
  const keys = [authorised];
  const server = await aServer({ keys });
  const client = aRawClient(server.socketPath);
  await client.logIn(own);
  keys[0] = { ...authorised, role: 'viewer' };
  client.send({ kind: 'run', id: 1, words: ['status'] });
  await client.next();
  assert.equal(server.commands.at(-1)?.who, { user: 'ann', role: 'viewer' });
  keys[0] = aKeyPair('ann', 'operator').authorised;
  client.send({ kind: 'run', id: 2, words: ['status'] });
  assert.equal(await client.next(), refusal('this key may log in no longer'));
  assert.is(server.commands.length, 1);
  server.stop();
});

test.run();
