import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LINK_ASKS_MAX } from '../../../../actors/runtime/links/session.ts';
import type { ActorRef } from '../../../../actors/runtime/ref.ts';
import type { LinkFrame } from '../../../../src/remote/link-frame.ts';
import { batchOf, encodeLinkFrame, encodeOpening } from '../../../../src/remote/link-frame.ts';
import {
  aDesk,
  INCARNATIONS,
  linkView,
  note,
  spawnEdge,
  type TwoNodes,
  twoNodes,
} from '../../../support/links/two-nodes.ts';

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

test('a peer that lies reaches nothing that is not exported', async () => {
  const nodes = await twoNodes();
  const { env, tokyo, seen } = nodes;
  const met: ActorRef<never>[] = [];
  await tokyo.lane.kill('edge');
  await spawnEdge(tokyo.lane, { desk: aDesk(seen, met), secret: aDesk(seen) });
  await tokyo.link();
  const liar = await aLiar(nodes);
  assert.ok(linkView(tokyo)['isUp']);
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
  assert.equal([seen, linkView(tokyo)['repeats']], [[1, 2], 2], 'no command is delivered twice');
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
  assert.is(linkView(tokyo)['open'], LINK_ASKS_MAX);
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

test.run();
