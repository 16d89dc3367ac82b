import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkActor, PACE } from '../../../../actors/runtime/links/link.ts';
import { refOf, remoteRef } from '../../../../actors/runtime/ref.ts';
import type { AskFailed, Recipient, Watch } from '../../../../actors/runtime/switchboard.ts';
import { supervisor } from '../../../../supervisors/supervisor.ts';
import { anActor, rejection } from '../../../support/lanes.ts';
import { NO_FAULTS } from '../../../support/links/network.ts';
import {
  buried,
  commandDesk,
  desk,
  double,
  INCARNATIONS,
  linkedNodes,
  linkView,
  note,
  type TwoNodes,
  twoNodes,
  watching,
} from '../../../support/links/two-nodes.ts';

test('when a peer is lost, asks fail, watchers are told, sending is refused', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, tokyo } = nodes;
  tokyo.lane.suspend('edge/desk');
  const { told } = await watching(nodes);
  const asked = rejection(double(nodes));
  await env.advance(100);
  network.isDown = true;
  await env.advance(PACE.silenceMs + PACE.beatMs);
  assert.is(((await asked) as AskFailed).reason, 'noconnection');
  assert.equal(told, ['noconnection']);
  assert.equal([linkView(london)['isUp'], linkView(tokyo)['isUp']], [false, false]);
  assert.is(london.lane.send(desk, note(1)), false);
  assert.is(london.lane.send(commandDesk, note(2)), false);
  const later = rejection(double(nodes));
  assert.is(((await later) as AskFailed).reason, 'noconnection');
  assert.equal((await watching(nodes)).told, ['noconnection']);
  assert.equal(new Set(buried(london)), new Set(['noconnection']));
  // The answer that tokyo still gives has nobody to go to.
  tokyo.lane.resume('edge/desk');
  await env.settle();
  assert.equal(buried(tokyo), ['noconnection']);
  network.isDown = false;
  await env.advance(PACE.redial.maxMs);
  assert.is(await answered(nodes, 4), 8);
});

async function answered(nodes: TwoNodes, n: number): Promise<number> {
  const asked = double(nodes, n);
  await nodes.env.advance(100);
  return asked;
}

test('without a link there is no connection, and an unknown node has none either', async () => {
  const nodes = await twoNodes();
  const { london } = nodes;
  for (const to of [desk, refOf<never>('@nowhere/edge/desk', 3)]) {
    assert.is(london.lane.send(to as never, note(1) as never), false);
    assert.equal((await watching(nodes, to)).told, ['noconnection']);
    const { told, ctx } = await watching(nodes, commandDesk);
    ctx.watch(to);
    ctx.unwatch(to);
    await nodes.env.settle();
    assert.equal(told, ['noconnection'], 'after unwatch nothing comes');
    const asked = london.lane.ask<never, number>(to as never, (reply) => reply as never, 1_000);
    assert.is(((await rejection(asked)) as AskFailed).reason, 'noconnection');
  }
});

test('the end of a watched actor comes over the link with its reason, once', async () => {
  const nodes = await linkedNodes();
  const { env, london, tokyo } = nodes;
  const crash = await watching(nodes);
  london.lane.send(desk, note(13));
  await env.advance(10);
  assert.equal(crash.told, ['failed: thirteen']);
  assert.equal((await watching(nodes)).told, ['unknown'], 'there is none any more');
  assert.equal((await watching(nodes, remoteRef('tokyo', 'edge/other'))).told, ['unknown']);
  const stale = refOf<never>(`@tokyo!${INCARNATIONS.tokyo}/edge/command`, 99);
  assert.equal((await watching(nodes, stale)).told, ['unknown']);
  const stop = await watching(nodes, commandDesk);
  await Promise.all([tokyo.lane.stop('edge/command'), env.advance(10)]);
  assert.equal(stop.told, ['shutdown']);
  assert.equal([linkView(london)['open'], linkView(tokyo)['open']], [0, 0]);
});

test('after unwatch nothing comes, and nothing is kept at either end', async () => {
  const nodes = await linkedNodes();
  const { env, london, tokyo } = nodes;
  const { told, ctx } = await watching(nodes);
  assert.equal([linkView(london)['open'], linkView(tokyo)['open']], [1, 1]);
  ctx.unwatch(desk);
  ctx.unwatch(desk);
  await env.advance(10);
  assert.equal([linkView(london)['open'], linkView(tokyo)['open']], [0, 0]);
  await tokyo.lane.kill('edge/desk');
  await env.advance(10);
  assert.equal(told, []);
});

test('a lost link takes back the watches that it held for the peer', async () => {
  const nodes = await linkedNodes();
  const { env, network, tokyo } = nodes;
  const target = tokyo.lane.board.recipientAt('edge/desk') as Recipient;
  const held = new Set<Watch>();
  const { addWatch, removeWatch } = target;
  target.addWatch = (watch) => held.add(watch) !== null && addWatch.call(target, watch);
  target.removeWatch = (watch) => {
    held.delete(watch);
    removeWatch.call(target, watch);
  };
  await watching(nodes);
  assert.is(held.size, 1);
  network.reset();
  await env.settle();
  assert.is(held.size, 0);
});

test('an unwatch that crosses the news of the end is harmless', async () => {
  const nodes = await linkedNodes();
  const { env, network, tokyo } = nodes;
  const { told, ctx } = await watching(nodes);
  network.faults = { ...NO_FAULTS, delayMsMax: 50 };
  await tokyo.lane.kill('edge/desk');
  ctx.unwatch(desk);
  await env.advance(500);
  assert.equal(told, []);
  assert.is(linkView(nodes.london)['isUp'], true);
});

test('a command under way when the line broke comes after the reconnect, once', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, commanded } = nodes;
  london.lane.send(commandDesk, note(1));
  await env.advance(10);
  network.isDown = true;
  assert.is(london.lane.send(commandDesk, note(2)), true);
  assert.is(london.lane.send(desk, note(3)), true);
  await env.settle();
  network.reset();
  network.isDown = false;
  await env.advance(2_000);
  assert.is(london.lane.send(commandDesk, note(4)), true);
  await env.advance(100);
  assert.equal([commanded, nodes.seen], [[1, 2, 4], []]);
  assert.is(linkView(london)['commandsPending'], 0);
});

test('F09: a command whose acknowledgement was lost is not delivered a second time', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, tokyo, commanded } = nodes;
  london.lane.send(commandDesk, note(1));
  // It arrives, and in the same moment the line is gone for the way back.
  await env.settle();
  network.isDown = true;
  network.reset();
  network.isDown = false;
  await env.advance(2_000);
  assert.equal(commanded, [1]);
  assert.is(linkView(london)['commandsPending'], 0);
  assert.ok(linkView(tokyo)['isUp']);
});

test('a command not acknowledged in time is given up and never leaves', async () => {
  const nodes = await linkedNodes(1, { london: { pace: { commandMs: 2_000, silenceMs: 60_000 } } });
  const { env, network, london, commanded } = nodes;
  network.isDown = true;
  london.lane.send(commandDesk, note(1));
  await env.advance(4_000);
  assert.equal([linkView(london)['commandsPending'], buried(london)], [0, ['noconnection']]);
  network.reset();
  network.isDown = false;
  await env.advance(60_000);
  assert.equal(commanded, []);
});

test('commands are not sent again to another life of the peer', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, tokyo, commanded } = nodes;
  network.isDown = true;
  london.lane.send(commandDesk, note(1));
  await env.settle();
  tokyo.lane.inject('link', new Error('boom'));
  network.reset();
  network.isDown = false;
  await env.settle();
  await tokyo.link();
  await env.advance(2_000);
  assert.equal([linkView(london)['isUp'], commanded, buried(london)], [true, [], ['noconnection']]);
});

test('a link that ends takes its questions, watches, channel and name with it', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, tokyo } = nodes;
  tokyo.lane.suspend('edge/command');
  const { told } = await watching(nodes);
  london.lane.send(desk, note(1));
  const asked = rejection(double(nodes, 1));
  await london.lane.kill('link');
  await env.settle();
  assert.is(((await asked) as AskFailed).reason, 'noconnection');
  assert.equal(told, ['noconnection']);
  await env.advance(100);
  assert.is(network.openChannels, 0);
  await london.link();
  await env.advance(100);
  assert.is(await answered(nodes, 3), 6);
  const second = london.lane.spawn(
    anActor({ start: () => void london.lane.board.addRoute('tokyo', {} as never) }),
    'second',
  );
  await env.settle();
  const again = await rejection(second);
  assert.match(again.message, /there already/);
});

test('a link that crashes under a supervisor is a link loss and nothing more', async () => {
  const nodes = await twoNodes();
  const { env, london, tokyo, seen } = nodes;
  await tokyo.link();
  const child = { id: 'tokyo', start: () => linkActor(london.options) };
  await Promise.all([london.lane.spawn(supervisor({ children: [child] }), 'links'), env.settle()]);
  await env.advance(10);
  const { told } = await watching(nodes);
  const asked = rejection(double(nodes, 13_000));
  london.lane.inject('links/tokyo', new Error('boom'));
  await env.settle();
  assert.is(((await asked) as AskFailed).reason, 'noconnection');
  assert.equal(told, ['noconnection']);
  await env.advance(1_000);
  assert.is(await answered(nodes, 7), 14, 'the next incarnation has the link up again');
  assert.is(london.lane.send(desk, note(8)), true);
  await env.advance(10);
  assert.equal(seen, [8]);
});

test('a link that is ended while it dials, or greets, leaves nothing behind', async () => {
  for (const isGreeting of [false, true]) {
    const nodes = await twoNodes();
    const { env, network, london, tokyo } = nodes;
    network.faults = { ...NO_FAULTS, delayMsMax: 100 };
    await tokyo.link();
    await london.link();
    if (isGreeting) while (network.openChannels === 0) await env.advance(1);
    await Promise.all([london.lane.stop('link'), env.settle()]);
    await Promise.all([tokyo.lane.stop('link'), env.settle()]);
    await env.advance(1_000);
    assert.equal([network.openChannels, env.pendingTimers], [0, 0]);
  }
});

test('a peer that does not greet in time is given up, and dialled again', async () => {
  const { env, network, london } = await twoNodes();
  let calls = 0;
  network.waiting.open(
    () => {
      calls += 1;
      return { message() {}, drained() {}, closed() {} };
    },
    () => {},
  );
  await london.link();
  await env.advance(PACE.greetingMs + 3 * PACE.beatMs);
  assert.ok(calls >= 2);
  assert.ok(london.events.some((event) => 'why' in event && /no greeting/.test(event.why)));
});

test('the time between dials doubles, and begins anew after a good while', async () => {
  const nodes = await linkedNodes();
  const { env, network, london } = nodes;
  const refusals = (): number => london.events.filter(({ kind }) => kind === 'link-refused').length;
  network.isDown = true;
  await env.advance(10 * 60_000);
  assert.ok(refusals() < 45, `${refusals()} dials in ten minutes`);
  network.isDown = false;
  await env.advance(PACE.redial.maxMs + PACE.redial.resetAfterMs);
  const before = refusals();
  network.isDown = true;
  await env.advance(PACE.silenceMs + 2 * PACE.beatMs);
  assert.ok(refusals() - before >= 1, 'quickly again');
});

test('a newer connection of the peer takes the place of one that it has given up', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, tokyo } = nodes;
  // london loses its end; tokyo, told nothing, believes in the old one.
  network.isDown = true;
  await london.lane.kill('link');
  network.isDown = false;
  await london.link();
  await env.advance(1_000);
  assert.is(await answered(nodes, 2), 4);
  const lost = tokyo.events.find(({ kind }) => kind === 'link-lost');
  assert.match((lost as { why: string }).why, /connected anew/);
});

test('a listener that throws fails the link and nobody else', async () => {
  const nodes = await linkedNodes(1, {
    london: {
      onEvent(event) {
        if (event.kind === 'message-refused') throw new Error('no listener');
      },
    },
  });
  const { env, london } = nodes;
  assert.is(london.lane.send(desk, { kind: 'note', n: 'x' } as never), false);
  await env.settle();
  assert.not(london.lane.describe().some(({ path }) => path === 'link'));
});

test('a pace that would take a living peer for a lost one is refused', async () => {
  const { env, london } = await twoNodes(1, { london: { pace: { silenceMs: 1_500 } } });
  const linked = london.link();
  await env.settle();
  assert.match((await rejection(linked)).message, /below two beats/);
});

test.run();
