import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ChildFailed, Context, Terminated } from '../../../../actors/runtime/actor-spec.ts';
import { COMMANDS_MAX } from '../../../../actors/runtime/links/commands.ts';
import { QUEUE_BYTES_MAX } from '../../../../actors/runtime/links/connection.ts';
import { PACE } from '../../../../actors/runtime/links/link.ts';
import { LINK_ASKS_MAX, LINK_WATCHES_MAX } from '../../../../actors/runtime/links/session.ts';
import { type ActorRef, refOf, remoteRef } from '../../../../actors/runtime/ref.ts';
import type { AskFailed } from '../../../../actors/runtime/switchboard.ts';
import type { LinkFrame } from '../../../../src/remote/link-frame.ts';
import { batchOf, encodeLinkFrame, encodeOpening } from '../../../../src/remote/link-frame.ts';
import { anActor, rejection } from '../../../support/lanes.ts';
import { NO_FAULTS } from '../../../support/links/network.ts';
import {
  aDesk,
  commandDesk,
  type DeskMessage,
  desk,
  INCARNATIONS,
  linkedNodes,
  spawnEdge,
  type TwoNodes,
  twoNodes,
} from '../../../support/links/two-nodes.ts';

const note = (n: number): DeskMessage => ({ kind: 'note', n });
const viewOf = ({ lane }: TwoNodes['london']): Record<string, unknown> =>
  (lane.view('link') as { value: Record<string, unknown> }).value;
const buried = ({ lane }: TwoNodes['london']): string[] =>
  lane.deadLetters.latest().map(({ reason }) => reason);
const ask = (nodes: TwoNodes, n = 1): Promise<number> =>
  nodes.london.lane.ask<DeskMessage, number>(
    desk,
    (reply) => ({ kind: 'double', n, reply }),
    60_000,
  );

/** A watcher in london of an actor in tokyo, and the reasons that it is told. */
async function watching(nodes: TwoNodes, to: ActorRef<never> = desk) {
  const told: string[] = [];
  let context: Context<Terminated | ChildFailed> | null = null;
  await nodes.london.lane.spawn(
    anActor<null, Terminated | ChildFailed>({
      start(ctx) {
        context = ctx;
        ctx.watch(to);
        return null;
      },
      receive(state, news) {
        assert.is(news.kind, 'terminated');
        const { reason } = news as Terminated;
        told.push(reason.kind === 'failed' ? `failed: ${reason.error}` : reason.kind);
        return state;
      },
    }),
    `watcher-${nodes.env.nowMs}-${nodes.london.lane.describe().length}`,
  );
  await nodes.env.advance(10);
  return { told, ctx: context as unknown as Context<Terminated | ChildFailed> };
}

test('a silent peer is lost: asks fail at once, watchers are told, and sending is refused', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, tokyo } = nodes;
  tokyo.lane.suspend('edge/desk');
  const { told } = await watching(nodes);
  const asked = rejection(ask(nodes));
  await env.advance(100);
  network.isDown = true;
  await env.advance(PACE.silenceMs + PACE.beatMs);
  assert.is(((await asked) as AskFailed).reason, 'noconnection');
  assert.equal(told, ['noconnection']);
  assert.equal([viewOf(london)['isUp'], viewOf(tokyo)['isUp']], [false, false]);
  assert.is(london.lane.send(desk, note(1)), false);
  assert.is(london.lane.send(commandDesk, note(2)), false);
  const later = rejection(ask(nodes));
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
  const asked = ask(nodes, n);
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
  assert.equal([viewOf(london)['open'], viewOf(tokyo)['open']], [0, 0]);
});

test('after unwatch nothing comes, and nothing is kept at either end', async () => {
  const nodes = await linkedNodes();
  const { env, london, tokyo } = nodes;
  const { told, ctx } = await watching(nodes);
  assert.equal([viewOf(london)['open'], viewOf(tokyo)['open']], [1, 1]);
  ctx.unwatch(desk);
  ctx.unwatch(desk);
  await env.advance(10);
  assert.equal([viewOf(london)['open'], viewOf(tokyo)['open']], [0, 0]);
  await tokyo.lane.kill('edge/desk');
  await env.advance(10);
  assert.equal(told, []);
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
  assert.is(viewOf(nodes.london)['isUp'], true);
});

test('a command that was under way when the line broke is delivered after the reconnect, once', async () => {
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
  assert.is(viewOf(london)['commandsPending'], 0);
});

test('a command whose acknowledgement was lost is not delivered a second time', async () => {
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
  assert.is(viewOf(london)['commandsPending'], 0);
  assert.ok(viewOf(tokyo)['isUp']);
});

test('a command that is not acknowledged in time is given up, and does not leave later', async () => {
  const nodes = await linkedNodes(1, { london: { pace: { commandMs: 2_000, silenceMs: 60_000 } } });
  const { env, network, london, commanded } = nodes;
  network.isDown = true;
  london.lane.send(commandDesk, note(1));
  await env.advance(4_000);
  assert.equal([viewOf(london)['commandsPending'], buried(london)], [0, ['noconnection']]);
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
  assert.equal([viewOf(london)['isUp'], commanded, buried(london)], [true, [], ['noconnection']]);
});

test('a link that ends takes its questions, watches, channel and name with it', async () => {
  const nodes = await linkedNodes();
  const { env, network, london, tokyo } = nodes;
  tokyo.lane.suspend('edge/command');
  const { told } = await watching(nodes);
  london.lane.send(desk, note(1));
  const asked = rejection(ask(nodes, 1));
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

test('the time between dials doubles up to its limit and begins anew after a good while', async () => {
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

test('the send queue is bounded: more than it holds is refused, and what waits is lost with the line', async () => {
  const nodes = await linkedNodes();
  const { env, network, london } = nodes;
  network.isDown = true;
  let taken = 0;
  while (london.lane.send(desk, note(taken))) taken += 1;
  assert.is(buried(london).at(-1), 'overflow');
  assert.ok((viewOf(london)['queuedBytes'] as number) <= QUEUE_BYTES_MAX);
  assert.ok(taken > 1_000);
  const asked = rejection(ask(nodes));
  assert.is(((await asked) as AskFailed).reason, 'refused');
  const { told } = await watching(nodes);
  await env.settle();
  assert.equal(told, ['noconnection'], 'a watch that does not fit ends the link');
  assert.equal([viewOf(london)['isUp'], viewOf(london)['queuedBytes']], [false, 0]);
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
  assert.is(viewOf(london)['queuedBytes'], 0);
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
  const asked = rejection(ask(nodes));
  await env.advance(10);
  network.reset();
  await env.settle();
  assert.is(((await asked) as AskFailed).reason, 'noconnection');
  await tokyo.lane.kill('edge/desk');
  await env.advance(2_000);
  assert.equal([viewOf(tokyo)['isUp'], viewOf(tokyo)['open']], [true, 0]);
});

test('questions of one link are bounded', async () => {
  const nodes = await linkedNodes();
  const { london } = nodes;
  nodes.network.isDown = true;
  const asks = Array.from({ length: LINK_ASKS_MAX }, () => ask(nodes));
  assert.is(((await rejection(ask(nodes))) as AskFailed).reason, 'refused');
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

/** A peer that says what it likes, in the place of london. */
async function aLiar(
  nodes: TwoNodes,
  greets = true,
): Promise<{
  sendRaw(bytes: Uint8Array): Promise<void>;
  say(...frames: unknown[]): Promise<void>;
  readonly heard: Uint8Array[];
  readonly closed: string[];
}> {
  const { env, network } = nodes;
  const heard: Uint8Array[] = [];
  const closed: string[] = [];
  let sent = 0;
  let send: (bytes: Uint8Array) => void = () => undefined;
  network.dialling.open(
    (channel) => {
      send = (bytes) => channel.send(bytes);
      return {
        message: (bytes) => void heard.push(bytes),
        drained() {},
        closed: (why) => void closed.push(why),
      };
    },
    () => undefined,
  );
  await env.advance(10);
  const hello = encodeOpening({
    kind: 'hello',
    protocol: 1,
    node: 'london',
    to: 'tokyo',
    life: { incarnation: INCARNATIONS.london, link: 1 },
    exports: { 'edge/caller': 1 },
    imports: {},
    received: null,
  });
  if (greets) send(hello);
  await env.advance(10);
  return {
    heard,
    closed,
    async sendRaw(bytes) {
      send(bytes);
      await env.advance(10);
    },
    async say(...frames) {
      sent += 1;
      const bytes = frames.map((frame) => {
        const encoded = encodeLinkFrame(frame as LinkFrame);
        if (!encoded.ok) throw new Error(encoded.error);
        return encoded.value;
      });
      send(frames.length === 0 ? Uint8Array.of(0xc1) : batchOf(sent, 0, bytes));
      await env.advance(10);
    },
  };
}

test('a peer that lies reaches nothing that is not exported, and what is no frame ends the line', async () => {
  const nodes = await twoNodes();
  const { env, tokyo, seen } = nodes;
  const met: ActorRef<never>[] = [];
  await tokyo.lane.kill('edge');
  await spawnEdge(tokyo.lane, { desk: aDesk(seen, met), secret: aDesk(seen) });
  await tokyo.link();
  const liar = await aLiar(nodes);
  assert.ok(viewOf(tokyo)['isUp']);
  const from = 'edge/caller';
  const to = { path: 'edge/desk', uid: 0, from };
  await liar.say(
    { kind: 'tell', ...to, path: 'edge/secret', command: 0, message: note(1) },
    { kind: 'ask', ...to, path: 'edge/secret', ask: 1, limitMs: 10, message: note(1) },
    { kind: 'watch', path: 'edge/secret', uid: 0, watch: 1 },
    {
      kind: 'tell',
      ...to,
      command: 0,
      message: { kind: 'meet', who: { at: 'recipient', path: 'edge/secret', uid: 0 } },
    },
    {
      kind: 'tell',
      ...to,
      command: 0,
      message: { kind: 'double', n: 1, reply: { at: 'sender', path: '~ask', uid: 1 } },
    },
    { kind: 'answer', ask: 99, message: 1 },
    { kind: 'failed', ask: 99, reason: 'died', detail: '' },
    { kind: 'ended', watch: 99, reason: { kind: 'normal' } },
    { kind: 'unwatch', watch: 99 },
  );
  assert.equal([seen, met], [[], []]);
  const command = { kind: 'tell', ...to, command: 1, message: note(1) };
  await liar.say(command, command);
  await liar.say(command, { ...command, command: 2, message: note(2) });
  assert.equal([seen, viewOf(tokyo)['repeats']], [[1, 2], 2], 'no command is delivered twice');
  const watch = { kind: 'watch', path: 'edge/desk', uid: 0, watch: 7 };
  await liar.say(watch, watch, { ...command, command: 9, message: note(9) });
  assert.equal(seen, [1, 2], 'after what ends the line nothing counts');
  assert.match((tokyo.events.at(-1) as { why: string }).why, /watch 7: found twice/);
  const second = await aLiar(nodes);
  await second.say();
  assert.match((tokyo.events.at(-1) as { why: string }).why, /malformed batch/);
  await env.advance(10);
  assert.is(second.closed.length, 1);
  for (const isLate of [true, false]) {
    const third = await aLiar(nodes, isLate);
    await third.sendRaw(encodeOpening({ kind: 'refused', reason: 'no such node' }));
    assert.match((tokyo.events.at(-1) as { why: string }).why, /^refused: no such node$/);
  }
});

test('a peer cannot keep more questions and watches open than the limits say', async () => {
  const nodes = await twoNodes();
  const { tokyo } = nodes;
  await tokyo.link();
  await tokyo.lane.kill('edge');
  const roomy = { ...aDesk([]), mailbox: { capacity: 2 * LINK_ASKS_MAX } };
  await spawnEdge(tokyo.lane, { desk: roomy, command: aDesk([]) });
  tokyo.lane.suspend('edge/desk');
  const liar = await aLiar(nodes);
  const to = { path: 'edge/desk', uid: 0, from: 'edge/caller' };
  const message = { kind: 'double', n: 1, reply: { at: 'sender', path: '~ask', uid: 1 } };
  const asks = Array.from({ length: 2_048 }, (_, at) => ({
    kind: 'ask',
    ...to,
    ask: at + 1,
    limitMs: 1e9,
    message,
  }));
  for (let sent = 0; sent <= LINK_ASKS_MAX; sent += asks.length) await liar.say(...asks);
  assert.is(viewOf(tokyo)['open'], LINK_ASKS_MAX);
  const watches = (first: number): unknown[] =>
    Array.from({ length: 8_192 }, (_, at) => ({
      kind: 'watch',
      path: 'edge/command',
      uid: 0,
      watch: first + at,
    }));
  await liar.say(...watches(0));
  await liar.say(...watches(8_192));
  await liar.say(...watches(16_384));
  assert.match((tokyo.events.at(-1) as { why: string }).why, /too many watches/);
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
