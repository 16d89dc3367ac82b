import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandDesk, desk, linkedNodes } from '../../../support/links/two-nodes.ts';

test('smoke', async () => {
  const { env, london, tokyo, seen, commanded, network } = await linkedNodes();
  assert.is(london.lane.send(desk, { kind: 'note', n: 1 }), true);
  assert.is(london.lane.send(commandDesk, { kind: 'note', n: 2 }), true);
  const asked = london.lane.ask(desk, (reply) => ({ kind: 'double' as const, n: 4, reply }), 100);
  await env.advance(10);
  assert.equal([seen, commanded, await asked], [[1], [2], 8]);
  console.log(london.lane.view('link'), tokyo.lane.view('link'), london.events, tokyo.events);
  network.isDown = true;
  await env.advance(10000);
  console.log(london.events, tokyo.events);
  network.isDown = false;
  await env.advance(10000);
  console.log(london.events, tokyo.events, network.openChannels);
});
test.run();
