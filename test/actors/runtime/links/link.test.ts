import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { address } from '../../../../actors/addresses.ts';
import { linkActor } from '../../../../actors/runtime/links/link.ts';
import { type ActorRef, refByPath, refOf, remoteRef } from '../../../../actors/runtime/ref.ts';
import type { AskFailed } from '../../../../actors/runtime/switchboard.ts';
import { LINK_FRAME_BYTES_MAX } from '../../../../src/remote/link/frame.ts';
import { anActor, rejection } from '../../../support/lanes.ts';
import {
  aDesk,
  buried,
  CALLER,
  COMMAND_DESK,
  commandDesk,
  DESK,
  type DeskMessage,
  desk,
  double,
  INCARNATIONS,
  linkedNodes,
  note,
  spawnEdge,
  twoNodes,
} from '../../../support/links/two-nodes.ts';

test('send and ask reach an actor of another node as they reach one of the lane', async () => {
  const nodes = await linkedNodes();
  const { env, london, seen, commanded } = nodes;
  assert.is(london.lane.send(desk, note(1)), true);
  assert.is(london.lane.send(commandDesk, note(2)), true);
  const asked = double(nodes, 4);
  await env.advance(10);
  assert.equal([seen, commanded, await asked, london.lane.openAsks], [[1], [2], 8, 0]);
  const view = london.lane.view('link') as { value: Record<string, unknown> };
  assert.equal(view.value, {
    peer: 'tokyo',
    isUp: true,
    peerIncarnation: INCARNATIONS.tokyo,
    queuedBytes: 0,
    commandsPending: 0,
    open: 0,
    repeats: 0,
    losses: 0,
    refusals: 0,
  });
});

test('a reference in a message leads back, and forth again', async () => {
  const nodes = await twoNodes();
  const { env, london, tokyo } = nodes;
  const [heard, met]: [number[], ActorRef<never>[]] = [[], []];
  await spawnEdge(london.lane, { caller: aDesk(heard, met) });
  const friends: ActorRef<never>[] = [];
  await tokyo.lane.kill('edge/desk');
  await tokyo.lane.kill('edge');
  await spawnEdge(tokyo.lane, { desk: aDesk([], friends) });
  await tokyo.link();
  await london.link();
  await env.advance(10);
  const uid = london.lane.describe().find(({ path }) => path === 'edge/caller')?.uid ?? 0;
  london.lane.send(desk, { kind: 'meet', who: refByPath('edge/caller') });
  london.lane.send(desk, { kind: 'meet', who: refOf('edge/caller', uid) });
  london.lane.send(desk, { kind: 'meet', who: desk });
  await env.advance(10);
  const fenced = { path: `@london!${INCARNATIONS.london}/edge/caller`, uid };
  assert.equal(friends, [
    { path: '@london/edge/caller', uid: 0 },
    fenced,
    { path: 'edge/desk', uid: 0 },
  ]);
  for (const friend of friends.slice(0, 2)) tokyo.lane.send(friend, note(5) as never);
  tokyo.lane.send(friends[0] as never, { kind: 'meet', who: fenced } as never);
  await env.advance(10);
  assert.equal(heard, [5, 5]);
  assert.equal(met, [{ path: 'edge/caller', uid }], 'one that came from here is local again');

  const stale = refOf<DeskMessage>('@london!0000000000000000/edge/caller', uid);
  const unfenced = refOf<DeskMessage>('@london/edge/caller', uid);
  assert.equal(
    [tokyo.lane.send(stale, note(6)), tokyo.lane.send(unfenced, note(6))],
    [false, false],
  );
  assert.equal(buried(tokyo).slice(-2), ['stale-incarnation', 'stale-incarnation']);
  tokyo.lane.send(friends[0] as never, { kind: 'meet', who: stale } as never);
  assert.is(buried(tokyo).at(-1), 'not-addressable', 'nor is a stale one passed on');
});

test('what no contract names, or fits no schema, does not leave', async () => {
  const nodes = await linkedNodes();
  const { london } = nodes;
  const other = remoteRef<unknown>('tokyo', 'edge/other');
  const asAny = refByPath<unknown>(desk.path);
  const refused: readonly [ActorRef<unknown>, unknown][] = [
    [other, note(1)],
    [asAny, { kind: 'note', n: 'one' }],
    [asAny, { kind: 'note', n: 1, more: 1 }],
    [asAny, { kind: 'meet', who: refByPath('edge/secret') }],
    [asAny, { kind: 'meet', who: remoteRef('paris', 'edge/desk') }],
    [asAny, { kind: 'meet', who: { path: '@', uid: 0 } }],
    [asAny, { kind: 'double', n: 1, reply: { path: '~ask', uid: 77 } }],
  ];
  for (const [to, message] of refused) assert.is(london.lane.send(to, message), false);
  assert.equal(
    buried(london),
    refused.map(() => 'not-addressable'),
  );
  assert.is(london.lane.send(refByPath('@tokyo'), null), false);
  assert.is(buried(london).at(-1), 'unknown');
  assert.is((london.events.at(-1) as { detail?: string }).detail?.includes('77'), false);
  const failed = (await rejection(double(nodes, 1, other as never))) as AskFailed;
  assert.is(failed.reason, 'refused');
});

test('a reply may be a reference to an actor that is exported', async () => {
  const nodes = await twoNodes();
  const { env, london, tokyo } = nodes;
  const kept: unknown[] = [];
  await tokyo.lane.kill('edge');
  const keeper = anActor<null, DeskMessage>({
    receive: (state, message) => {
      kept.push(message);
      return state;
    },
  });
  await spawnEdge(tokyo.lane, { desk: keeper });
  await spawnEdge(london.lane, { caller: aDesk([]) });
  await tokyo.link();
  await london.link();
  await env.advance(10);
  london.lane.send(desk, { kind: 'double', n: 2, reply: refByPath('edge/caller') });
  await env.advance(10);
  assert.equal(kept, [{ kind: 'double', n: 2, reply: { path: '@london/edge/caller', uid: 0 } }]);
});

test('data that is not plain, or too large, does not leave', async () => {
  const loose = { ...DESK, message: () => z.unknown() };
  const nodes = await linkedNodes(1, { london: { imports: [loose] }, tokyo: { exports: [loose] } });
  const { london } = nodes;
  const to = refByPath<unknown>(desk.path);
  assert.is(london.lane.send(to, { at: new Map() }), false);
  assert.is(london.lane.send(to, { run: () => 1 }), false);
  assert.is(london.lane.send(to, 'x'.repeat(LINK_FRAME_BYTES_MAX)), false);
  assert.equal(buried(london), ['not-addressable', 'not-addressable', 'not-addressable']);
});

test('what the other end no longer takes is refused there, and the asker is told', async () => {
  // A peer with other schemas under the same version: each end checks for itself.
  const strict = { ...DESK, message: () => z.literal('nothing fits') };
  const nodes = await linkedNodes(1, { tokyo: { exports: [strict, COMMAND_DESK] } });
  const { env, london, tokyo, seen } = nodes;
  assert.is(london.lane.send(desk, note(1)), true, 'it left');
  const asked = rejection(double(nodes, 1));
  await env.advance(10);
  assert.is(((await asked) as AskFailed).reason, 'refused');
  assert.equal([seen, buried(tokyo)], [[], ['not-addressable']]);
  assert.is(tokyo.events.filter(({ kind }) => kind === 'message-refused').length, 2);
});

test('an answer that fits no schema fails the question at whichever end sees it', async () => {
  for (const end of ['london', 'tokyo'] as const) {
    const wrong = { ...DESK, answer: () => z.string() };
    const parts = end === 'london' ? { imports: [wrong] } : { exports: [wrong, COMMAND_DESK] };
    const nodes = await linkedNodes(1, { [end]: parts });
    const asked = rejection(double(nodes, 1));
    await nodes.env.advance(10);
    const failed = (await asked) as AskFailed;
    assert.is(failed.reason, 'refused');
    assert.match(String(failed.cause), /edge\/desk/);
  }
});

test('an answer that is not plain data fails its question and harms no other', async () => {
  const loose = { ...DESK, answer: () => z.unknown() };
  const nodes = await linkedNodes(1, { tokyo: { exports: [loose, COMMAND_DESK] } });
  const { env, tokyo } = nodes;
  await tokyo.lane.kill('edge');
  const odd = anActor<null, DeskMessage>({
    receive(state, message, ctx) {
      if (message.kind === 'double') ctx.send(message.reply, new Map() as never);
      return state;
    },
  });
  await spawnEdge(tokyo.lane, { desk: odd, command: aDesk([]) });
  const failed = rejection(double(nodes, 1));
  const fine = double(nodes, 2, commandDesk);
  await env.advance(10);
  assert.match(String(((await failed) as AskFailed).cause), /only plain data/);
  assert.is(await fine, 4);
});

test('an actor that answers although its contract gives no answers is not heard', async () => {
  const { answer: _, ...mute } = DESK;
  const nodes = await linkedNodes(1, { london: { imports: [mute] }, tokyo: { exports: [mute] } });
  const asked = rejection(double(nodes, 1));
  await nodes.env.advance(10);
  assert.match(String(((await asked) as AskFailed).cause), /gives no answers/);
});

test('a question fails as fast as in the lane, and as it fails there', async () => {
  const nodes = await linkedNodes();
  const { env, tokyo } = nodes;
  const died = rejection(double(nodes, 13));
  await env.advance(10);
  assert.is(((await died) as AskFailed).reason, 'died');
  await tokyo.lane.kill('edge/desk');
  const gone = rejection(double(nodes, 1));
  await env.advance(10);
  assert.is(((await gone) as AskFailed).reason, 'refused');
  tokyo.lane.suspend('edge/command');
  const late = rejection(double(nodes, 1, commandDesk, 1_000));
  await env.advance(1_000);
  assert.is(((await late) as AskFailed).reason, 'timeout');
  await env.advance(100);
  for (const { lane } of [nodes.london, tokyo]) {
    const view = lane.view('link') as { value: Record<string, unknown> };
    assert.is(view.value['open'], 0);
  }
});

test('a message asks one question at most', async () => {
  const twice = {
    ...DESK,
    message: ({ reply }: Parameters<typeof DESK.message>[0]) => z.array(reply),
  };
  const nodes = await linkedNodes(1, {
    london: { imports: [twice] },
    tokyo: { exports: [twice] },
  });
  const to = refByPath<unknown>(desk.path);
  const asked = nodes.london.lane.ask<unknown, number>(to, (reply) => [reply, reply], 1_000);
  assert.is(((await rejection(asked)) as AskFailed).reason, 'refused');
  assert.is(nodes.london.lane.send(to, []), true);
});

test('greetings of another node, version or path are refused in words', async () => {
  const cases: readonly [Parameters<typeof twoNodes>[1], RegExp][] = [
    [
      { tokyo: { node: { name: 'osaka', incarnation: INCARNATIONS.tokyo } } },
      /found node osaka, wanted tokyo/,
    ],
    [{ tokyo: { peer: 'paris' } }, /tokyo wanted node paris, this is london/],
    [{ tokyo: { node: { name: 'tokyo', incarnation: INCARNATIONS.london } } }, /leads back/],
    [
      { tokyo: { exports: [{ ...DESK, version: 2 }, COMMAND_DESK] } },
      /schema of edge\/desk: london sends version 1, tokyo takes 2/,
    ],
    [
      { tokyo: { exports: [DESK] } },
      /london would send to edge\/command, tokyo does not export it/,
    ],
    [{ london: { exports: [] } }, /tokyo would send to edge\/caller, london does not export it/],
  ];
  for (const [parts, wanted] of cases) {
    const { env, london, tokyo } = await twoNodes(1, parts);
    await tokyo.link();
    await london.link();
    await env.advance(100);
    const why = [...london.events, ...tokyo.events].map((event) => 'why' in event && event.why);
    assert.ok(
      why.some((text) => wanted.test(String(text))),
      `${wanted} in ${why.join()}`,
    );
    const up = london.lane.view('link') as { value: Record<string, unknown> };
    assert.is(up.value['isUp'], false);
  }
});

test('no address on the way from feed to order can be reached over a link', async () => {
  const { options } = (await twoNodes()).london;
  const addresses = Object.values(address)
    .map((one) => (typeof one === 'function' ? one('x') : one))
    .filter((one) => one !== address.alerts);
  assert.ok(addresses.length > 6);
  for (const { path } of addresses) {
    const crossing = [{ ...CALLER, path }];
    assert.throws(() => linkActor({ ...options, exports: crossing }), /never crosses a link/, path);
    assert.throws(() => linkActor({ ...options, imports: crossing }), /never crosses a link/, path);
  }
});

test.run();
