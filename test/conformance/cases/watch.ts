/** Who learns of an end, and what: SUP-043 … SUP-047. */
import * as assert from 'uvu/assert';
import type { ChildFailed, Context, Terminated } from '../../../actors/runtime/actor-spec.ts';
import { type ActorRef, refByPath } from '../../../actors/runtime/ref.ts';
import { aLane, anActor, deferred } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

type Ended = Terminated | ChildFailed;
type Deed = (ctx: Context<Ended | Deed>) => unknown;

/** An actor that does what it is told and notes which ends it hears of. */
async function aWitness() {
  const harness = aLane({ freezeMessages: false });
  const { lane, env } = harness;
  const heard: Ended[] = [];
  const witness: ActorRef<Ended | Deed> = await lane.spawn(
    anActor<null, Ended | Deed>({
      async receive(state, message, ctx) {
        if (typeof message === 'function') await message(ctx);
        else heard.push(message);
        return state;
      },
    }),
    'witness',
  );
  const tell = async (deed: Deed): Promise<void> => {
    lane.send(witness, deed);
    await env.settle();
  };
  return { ...harness, heard, witness, tell };
}

const target = refByPath<never>('target');

export const WATCH: Topic = {
  async 'SUP-043'() {
    const { lane, env, heard, tell } = await aWitness();
    const hook = deferred();
    await lane.spawn(
      anActor<null, 'end'>({
        receive(state, _message, ctx) {
          ctx.stopSelf();
          return state;
        },
        stop: () => hook.promise,
      }),
      'target',
    );
    await tell((ctx) => ctx.watch(target));
    lane.send(refByPath<'end'>('target'), 'end');
    await env.settle();
    assert.equal(heard, []);
    hook.resolve();
    await env.advance(60_000);
    assert.equal(heard, [
      { kind: 'terminated', path: 'target', uid: 2, reason: { kind: 'normal' } },
    ]);
  },

  async 'SUP-044'() {
    const { lane, env, heard, tell } = await aWitness();
    const error = new Error('boom');
    const child = anActor<null, string>({
      receive() {
        throw error;
      },
    });
    await tell(async (ctx) => ctx.watch(await ctx.spawn(child, 'child')));
    lane.send(refByPath<string>('witness/child'), 'x');
    await env.settle();
    assert.equal(heard, [
      { kind: 'child-failed', path: 'witness/child', uid: 2, error, isFatal: false },
    ]);
    assert.is((heard[0] as ChildFailed).error, error, 'the very error');
    assert.not.ok(lane.actorAt('witness/child').ok);
  },

  async 'SUP-045'() {
    const { lane, env, heard, tell } = await aWitness();
    await lane.spawn(anActor(), 'target');
    await tell((ctx) => {
      ctx.watch(target);
      ctx.watch(target);
    });
    await tell((ctx) => ctx.watch(target));
    void lane.stop('target');
    await env.settle();
    assert.is(heard.length, 1);
  },

  async 'SUP-046'() {
    const { lane, env, heard, tell } = await aWitness();
    const dead = await lane.spawn(anActor(), 'target');
    void lane.stop('target');
    await env.settle();
    const beganMs = env.nowMs;
    await tell((ctx) => {
      ctx.watch(dead);
      ctx.watch(refByPath('never'));
    });
    assert.equal(heard, [
      { kind: 'terminated', path: 'target', uid: 2, reason: { kind: 'unknown' } },
      { kind: 'terminated', path: 'never', uid: 0, reason: { kind: 'unknown' } },
    ]);
    assert.is(env.nowMs, beganMs);
  },

  async 'SUP-047'() {
    const { lane, env, heard, witness, tell } = await aWitness();
    await lane.spawn(anActor(), 'target');
    await tell((ctx) => ctx.watch(target));
    lane.suspend('witness');
    // The unwatch is handled before the notice that is queued behind it, and while it is queued.
    lane.send(witness, (ctx) => ctx.unwatch(target));
    void lane.kill('target');
    await env.settle();
    lane.resume('witness');
    await env.settle();
    assert.equal(heard, []);
  },
};
