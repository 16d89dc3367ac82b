/** Guards everything of nact 7.6.2 that the engine builds on, and what nact sees of our actors. */
import { createRequire } from 'node:module';
import { dispatch, query, stop } from 'nact';
import { Actor } from 'nact/lib/actor.js';
import { ActorPath } from 'nact/lib/paths.js';
import { ActorSystemReference } from 'nact/lib/references.js';
import { add, find, remove } from 'nact/lib/system-map.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../actors/runtime/actor-spec.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { ActorRef, Reply } from '../../../actors/runtime/ref.ts';
import { aLane, anActor, aRecorder, rejection } from '../../support/lanes.ts';

/** nact's own functions take its references, which are plain data. */
type NactRef = Parameters<typeof dispatch>[0];

/** The sender is missing from nact's own types. */
const dispatchAs = dispatch as (ref: NactRef, message: unknown, sender: unknown) => void;

function nactRef(lane: Lane, path: string): NactRef {
  const found = lane.actorAt(path);
  if (!found.ok) throw new Error(`no actor at ${path}`);
  return found.value.reference as unknown as NactRef;
}

test('the pinned nact has the parts that the engine uses', () => {
  const manifest = createRequire(import.meta.url)('nact/package.json') as { version: string };
  assert.is(manifest.version, '7.6.2');
  for (const method of ['dispatch', 'query', 'stop', 'childSpawned', 'childStopped']) {
    assert.type(Actor.prototype[method as 'stop'], 'function', method);
  }
  assert.type(ActorPath.prototype.createChildPath, 'function');
  assert.type(ActorSystemReference, 'function');
  for (const used of [add, find, remove]) assert.type(used, 'function');
});

test('a lane is a system of nact until it stops, and its name is free then', async () => {
  const { lane, env } = aLane({ name: 'nact-name' });
  assert.ok(find('nact-name'));
  assert.throws(() => aLane({ name: 'nact-name' }), /"nact-name" is taken/);
  const stopped = lane.stopAll(1000);
  await env.settle();
  await stopped;
  assert.is(find('nact-name'), undefined);
  aLane({ name: 'nact-name' });
});

test('nact dispatches to our actors, also to one whose name has a colon', async () => {
  const { lane, env } = aLane();
  const seen: unknown[] = [];
  await lane.spawn(aRecorder(seen), 'feed:binance');
  const ref = nactRef(lane, 'feed:binance');
  dispatch(ref, 'hello');
  dispatchAs(ref, 'boom', { path: { parts: ['shell'] } });
  await env.settle();
  assert.equal(seen, ['hello']);
  assert.is(lane.deadLetters.latest()[0]?.sender, 'shell');
});

test('nact queries our actors, answered by our send and by its own dispatch', async () => {
  const { lane, env } = aLane();
  const answer = (ctx: Context<{ reply: Reply<string> }>, reply: ActorRef<string>): void => {
    if (lane.openAsks === 1) ctx.send(reply, 'ours');
    else dispatch(reply as unknown as NactRef, 'theirs');
  };
  await lane.spawn(
    anActor<null, { reply: Reply<string> }>({
      receive: (state, message, ctx) => {
        answer(ctx, message.reply);
        return state;
      },
    }),
    'echo',
  );
  const ref = nactRef(lane, 'echo');
  const first = query(ref, (reply: unknown) => ({ reply }), 1000);
  await env.settle();
  assert.is(await first, 'ours');
  const second = query(ref, (reply: unknown) => ({ reply }), 1000);
  const third = query(ref, (reply: unknown) => ({ reply }), 1000);
  await env.settle();
  assert.equal([await second, await third], ['theirs', 'ours']);
  assert.match(
    (await rejection(query(ref, 'no factory' as never, 1000))).message,
    /message factory/,
  );
});

test('nact sees the tree: children by name, paths, and an end that frees the name', async () => {
  const { lane, env } = aLane();
  let child: ActorRef<unknown> | null = null;
  await lane.spawn(
    anActor({
      start: async (ctx) => {
        child = await ctx.spawn(anActor(), 'child');
        return null;
      },
    }),
    'parent',
  );
  const parent = lane.actorAt('parent');
  assert.ok(parent.ok);
  assert.equal([...parent.value.children.keys()], ['child']);
  assert.equal(parent.value.children.get('child')?.path.parts, ['parent', 'child']);
  assert.equal(child, { path: 'parent/child', uid: 2 });
  stop(nactRef(lane, 'parent/child'));
  await env.settle();
  assert.is(parent.value.children.size, 0);
});

test('a late end of the old does not remove the new of the same name', async () => {
  const { lane, env } = aLane();
  await lane.spawn(anActor(), 'a');
  const old = lane.actorAt('a');
  assert.ok(old.ok);
  lane.stop('a');
  await env.settle();
  await lane.spawn(anActor(), 'a');
  const parent = old.value.seat.parent;
  parent.childStopped(old.value);
  assert.is(parent.children.size, 1);
  await lane.spawn(
    anActor({
      start: async (ctx) => {
        await ctx.spawn(anActor(), 'b');
        return null;
      },
    }),
    'with-child',
  );
  const above = lane.actorAt('with-child');
  assert.ok(above.ok);
  above.value.childStopped({ ...old.value, name: 'b' } as never);
  assert.is(above.value.children.size, 1);
});

test('nact finds the system and replies, and nobody under an unknown path', async () => {
  const { lane, env } = aLane({ name: 'nact-find' });
  const board = find('nact-find') as { find(ref: unknown): unknown };
  assert.is(board.find(undefined), board);
  assert.is(board.find({ type: 'system' }), board);
  assert.is(board.find({ type: 'actor', path: { parts: ['nobody'] } }), undefined);
  dispatch({ type: 'temp', id: 99, system: { name: 'nact-find' } } as never, 'late');
  assert.is(lane.deadLetters.countOf('late-answer'), 1);
  await env.settle();
});

test("nact's own spawn cannot put an actor into a lane", async () => {
  const nact = createRequire(import.meta.url)('nact') as {
    spawn(parent: unknown, receive: () => void, name: string): unknown;
  };
  const { lane } = aLane({ name: 'nact-spawn' });
  await lane.spawn(anActor(), 'a');
  const spawnUnder = (ref: unknown): void => void nact.spawn(ref, () => undefined, 'x');
  assert.throws(() => spawnUnder(nactRef(lane, 'a')), /not through nact/);
  const system = find('nact-spawn') as { reference: unknown };
  assert.throws(() => spawnUnder(system.reference), /not through nact/);
});

test.run();
