import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../../actors/runtime/actor-spec.ts';
import {
  type Listing,
  REGISTRATIONS_MAX,
  serviceKey,
} from '../../../../actors/runtime/bus/registry.ts';
import { type ActorRef, refByPath } from '../../../../actors/runtime/ref.ts';
import { supervisor } from '../../../../supervisors/supervisor.ts';
import { aLane, anActor, aRecorder, failuresOf } from '../../../support/lanes.ts';

const greeters = serviceKey<string>('greeters');

/** An actor that offers to take greetings. */
function aGreeter(seen: string[] = []) {
  return aRecorder<string>(seen, {
    start(ctx) {
      ctx.bus.register(greeters);
      ctx.bus.register(greeters);
      return null;
    },
  });
}

/** An actor that notes the listings it is sent, as `a#1 b#2`. */
function aListener(listings: string[]) {
  return anActor<null, Listing<string>>({
    start(ctx) {
      ctx.bus.listen(greeters);
      ctx.bus.listen(greeters);
      return null;
    },
    receive(state, { service, refs }) {
      assert.is(service, 'greeters');
      listings.push(refs.map(({ path, uid }) => `${path}#${uid}`).join(' '));
      return state;
    },
  });
}

test('a listing is sent at once and after every change, without the dead', async () => {
  const { lane, env } = aLane();
  const listings: string[] = [];
  await lane.spawn(aListener(listings), 'listener');
  await lane.spawn(aGreeter(), 'a');
  await lane.spawn(aGreeter(), 'b');
  await env.settle();
  void lane.kill('a');
  await env.settle();
  assert.equal(listings, ['', 'a#2', 'a#2 b#3', 'b#3']);
  void lane.stop('listener');
  await env.settle();
  void lane.stop('b');
  await env.settle();
  assert.is(lane.deadLetters.count, 0, 'the listener that has stopped is told nothing');
  assert.equal(lane.find(greeters), []);
});

test('who is found can be sent to, by the name of the service alone', async () => {
  const { lane, env } = aLane();
  const seen: string[] = [];
  await lane.spawn(aGreeter(seen), 'a');
  await lane.spawn(
    anActor({
      start(ctx) {
        for (const ref of ctx.bus.find(serviceKey<string>('greeters'))) ctx.send(ref, 'hello');
        return null;
      },
    }),
    'b',
  );
  await env.settle();
  assert.equal(seen, ['hello']);
});

test('a restarted actor is listed under its new incarnation', async () => {
  const { lane, env } = aLane();
  const listings: string[] = [];
  await lane.spawn(aListener(listings), 'listener');
  void lane.spawn(supervisor({ children: [{ id: 'a', start: () => aGreeter() }] }), 'top');
  await env.settle();
  lane.send(refByPath<string>('top/a'), 'boom');
  await env.settle();
  assert.equal(listings, ['', 'top/a#3', '', 'top/a#4']);
  const stale: ActorRef<string> = { path: 'top/a', uid: 3 };
  assert.not.ok(lane.send(stale, 'hello'));
});

test('an actor may withdraw, and a context that is over offers and hears nothing', async () => {
  const { lane, env } = aLane();
  let context: Context<string> | null = null;
  await lane.spawn(
    aRecorder<string>([], {
      start(ctx) {
        context = ctx;
        ctx.bus.register(greeters);
        return null;
      },
    }),
    'a',
  );
  const ctx = context as unknown as Context<string>;
  assert.is(lane.find(greeters).length, 1);
  ctx.bus.unregister(greeters);
  ctx.bus.unregister(serviceKey('others'));
  assert.is(lane.find(greeters).length, 0);
  void lane.stop('a');
  await env.settle();
  ctx.bus.register(greeters);
  ctx.bus.unregister(greeters);
  (ctx as unknown as Context<Listing<string>>).bus.listen(greeters);
  assert.equal([lane.find(greeters), lane.lateEffects], [[], 3]);
});

test('registrations are bounded, and a service needs a name', async () => {
  const { lane, env } = aLane();
  await lane.spawn(
    anActor({
      start(ctx) {
        for (let n = 0; n < REGISTRATIONS_MAX; n += 1) ctx.bus.register(serviceKey(`s${n}`));
        return null;
      },
    }),
    'a',
  );
  const failures = failuresOf(lane);
  void lane.spawn(aGreeter(), 'b');
  await env.settle();
  assert.match(String(failures[0]?.error), `${REGISTRATIONS_MAX} registrations already`);
  assert.throws(() => serviceKey('no name'), /service: actor name "no name" is not/);
});

test.run();
