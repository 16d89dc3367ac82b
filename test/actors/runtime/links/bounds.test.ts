import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Terminated } from '../../../../actors/runtime/actor-spec.ts';
import { COMMANDS_MAX } from '../../../../actors/runtime/links/commands.ts';
import { QUEUE_BYTES_MAX } from '../../../../actors/runtime/links/connection.ts';
import { LINK_ASKS_MAX, LINK_WATCHES_MAX } from '../../../../actors/runtime/links/session.ts';
import type { AskFailed } from '../../../../actors/runtime/switchboard.ts';
import { rejection } from '../../../support/lanes.ts';
import { NO_FAULTS } from '../../../support/links/network.ts';
import {
  buried,
  commandDesk,
  desk,
  double,
  linkedNodes,
  linkView,
  note,
  watching,
} from '../../../support/links/two-nodes.ts';

test('the send queue is bounded, and what waits is lost with the line', async () => {
  const nodes = await linkedNodes();
  const { env, network, london } = nodes;
  network.isDown = true;
  let taken = 0;
  while (london.lane.send(desk, note(taken))) taken += 1;
  assert.is(buried(london).at(-1), 'overflow');
  assert.ok((linkView(london)['queuedBytes'] as number) <= QUEUE_BYTES_MAX);
  assert.ok(taken > 1_000);
  const asked = rejection(double(nodes));
  assert.is(((await asked) as AskFailed).reason, 'refused');
  const { told } = await watching(nodes);
  await env.settle();
  assert.equal(told, ['noconnection'], 'a watch that does not fit ends the link');
  assert.equal([linkView(london)['isUp'], linkView(london)['queuedBytes']], [false, 0]);
  assert.is(london.lane.deadLetters.countOf('noconnection'), taken);
});

test('what the socket has no room for waits, and leaves when there is room', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, seen } = nodes;
  network.faults = { ...NO_FAULTS, delayMsMax: 20 };
  const count = 20_000;
  for (let n = 0; n < count; n += 1) assert.ok(london.lane.send(desk, note(n + 100)));
  nodes.tokyo.lane.observe({});
  await env.advance(5_000);
  assert.ok(seen.length > 0);
  assert.is(linkView(london)['queuedBytes'], 0);
});

test('commands that wait for their acknowledgement are bounded', async () => {
  const nodes = await linkedNodes();
  const { london } = nodes;
  nodes.network.isDown = true;
  for (let n = 0; n < COMMANDS_MAX; n += 1) assert.ok(london.lane.send(commandDesk, note(n)));
  assert.is(london.lane.send(commandDesk, note(0)), false);
  assert.equal(buried(london), ['overflow']);
  await london.lane.kill('link');
  assert.is(london.lane.deadLetters.countOf('noconnection'), COMMANDS_MAX, 'each of them once');
});

test('a question whose connection is lost may still fail, and nobody is told', async () => {
  const nodes = await linkedNodes();
  const { env, network, tokyo } = nodes;
  tokyo.lane.suspend('edge/desk');
  const asked = rejection(double(nodes));
  await env.advance(10);
  network.reset();
  await env.settle();
  assert.is(((await asked) as AskFailed).reason, 'noconnection');
  await tokyo.lane.kill('edge/desk');
  await env.advance(2_000);
  assert.equal([linkView(tokyo)['isUp'], linkView(tokyo)['open']], [true, 0]);
});

test('questions of one link are bounded', async () => {
  const nodes = await linkedNodes();
  const { london } = nodes;
  nodes.network.isDown = true;
  const asks = Array.from({ length: LINK_ASKS_MAX }, () => double(nodes));
  assert.is(((await rejection(double(nodes))) as AskFailed).reason, 'refused');
  assert.equal(buried(london), ['overflow']);
  await london.lane.kill('link');
  await Promise.allSettled(asks);
});

test('watches of one link are bounded', async () => {
  const { london } = await linkedNodes();
  const told: string[] = [];
  const watch = {
    watcher: '',
    tell: (reason: Terminated['reason']) => void told.push(reason.kind),
  };
  const add = () => london.lane.board.watchedAt(desk)?.addWatch(watch);
  for (let at = 0; at < LINK_WATCHES_MAX; at += 1) add();
  assert.is(told.length, 0);
  assert.is(add(), true);
  assert.equal(told, ['noconnection']);
});

test.run();
