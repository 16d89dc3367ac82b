/** How supervisors and their children start: SUP-001 … SUP-010. */
import * as assert from 'uvu/assert';
import type { Result } from '../../../src/core/result.ts';
import {
  BadSpec,
  type ChildSpec,
  checkChild,
  checkSupervisor,
  type SpecFault,
  type SupervisorSpec,
} from '../../../supervisors/child-spec.ts';
import { optionalSupervisor, supervisor } from '../../../supervisors/supervisor.ts';
import { aChild, aTree } from '../../support/children.ts';
import { aLane, anActor, rejection } from '../../support/lanes.ts';
import type { Topic } from '../case.ts';

/** What a start of a supervisor over this spec says is wrong with it, and that it left nothing. */
async function faultAtStart(spec: SupervisorSpec): Promise<SpecFault> {
  const { lane, env, events } = aLane();
  const started = lane.spawn(supervisor(spec), 'top');
  await env.settle();
  const { cause } = await rejection(started);
  assert.instance(cause, BadSpec);
  assert.equal(lane.describe(), []);
  assert.not.ok(events.some((event) => event.startsWith('started')));
  return (cause as BadSpec).fault;
}

function faultOf(checked: Result<unknown, SpecFault>): SpecFault {
  assert.not.ok(checked.ok);
  return (checked as { readonly error: SpecFault }).error;
}

export const START: Topic = {
  async 'SUP-001'() {
    const { lane, env, events } = await aTree({ children: [] });
    const outcomes: unknown[] = [];
    void lane.stop('top').then((outcome) => outcomes.push(outcome));
    await env.advance(60_000);
    assert.equal(outcomes, [{ ok: true, value: { kind: 'shutdown', why: 'requested' } }]);
    assert.equal(events, ['started top#1', 'stopped top#1 shutdown']);
    assert.equal(lane.describe(), []);
  },

  async 'SUP-002'() {
    const { lane, env } = aLane();
    const seen: string[] = [];
    const slow = (id: string): ChildSpec => ({
      id,
      start: () =>
        anActor({
          start: () => {
            seen.push(`begin ${id}`);
            return new Promise<null>((resolve) => {
              env.timers.after(10, () => {
                seen.push(`up ${id}`);
                resolve(null);
              });
            });
          },
        }),
    });
    let isUp = false;
    const started = lane.spawn(supervisor({ children: ['a', 'b', 'c'].map(slow) }), 'top');
    void started.then(() => {
      isUp = true;
    });
    await env.advance(29);
    assert.equal(seen, ['begin a', 'up a', 'begin b', 'up b', 'begin c']);
    assert.not.ok(isUp);
    await env.advance(1);
    assert.equal([seen.at(-1), isUp], ['up c', true]);
  },

  async 'SUP-003'() {
    const { lane, env, events, log } = aLane();
    const top = lane.spawn(
      optionalSupervisor(() => 'ignore'),
      'top',
    );
    await env.settle();
    assert.is(await top, 'ignored');
    assert.equal([lane.describe(), events, log], [[], [], []]);
    assert.not.ok(lane.actorAt('top').ok);

    const tree = await aTree({
      children: [
        { id: 'sub', type: 'supervisor', start: () => optionalSupervisor(() => 'ignore') },
        aChild('b', []),
      ],
    });
    assert.equal(tree.children.count(), { specs: 2, active: 1, supervisors: 1, workers: 1 });
    assert.equal(tree.log, []);
  },

  async 'SUP-004'() {
    const seen: string[] = [];
    const { children, events } = await aTree({
      children: [{ id: 'a', restart: 'permanent', start: () => 'ignore' }, aChild('b', seen)],
    });
    assert.equal(
      children.list().map(({ id, ref }) => [id, ref?.path ?? null]),
      [
        ['a', null],
        ['b', 'top/b'],
      ],
    );
    assert.equal(children.count(), { specs: 2, active: 1, supervisors: 0, workers: 2 });
    assert.equal([seen, events.length], [['start b'], 2]);
  },

  async 'SUP-005'() {
    const broken = new Error('no configuration');
    const inits: [init: () => unknown, why: RegExp][] = [
      [
        () => {
          throw broken;
        },
        /^top did not start: no configuration$/,
      ],
      [() => 42, /^top did not start: spec: 42 is not an object$/],
      [() => ({ children: 'none' }), /^top did not start: children: "none" is not a list/],
    ];
    for (const [init, why] of inits) {
      const { lane, env } = aLane();
      const started = lane.spawn(optionalSupervisor(init as () => SupervisorSpec), 'top');
      await env.settle();
      const failed = await rejection(started);
      assert.match(failed.message, why);
      if (init === inits[0]?.[0]) assert.is(failed.cause, broken);
      assert.equal([lane.describe(), env.pendingTimers], [[], 0]);
      assert.not.ok(lane.actorAt('top').ok);
    }
    // A child that cannot start takes down those that have.
    const { lane, env } = aLane();
    const seen: string[] = [];
    const start = (): never => {
      throw broken;
    };
    const children = [aChild('a', seen), aChild('b', seen, {}, { start })];
    const started = lane.spawn(supervisor({ children }), 'top');
    await env.settle();
    assert.match((await rejection(started)).message, /top\/b did not start: no configuration$/);
    assert.equal([seen, lane.describe()], [['start a', 'stop a'], []]);
  },

  async 'SUP-006'() {
    const seen: string[] = [];
    const { env, children, say, alive } = await aTree({
      intensity: 1,
      children: [aChild('a', seen)],
    });
    const start = (): never => {
      throw new Error('no key');
    };
    const added = children.startChild(aChild('b', seen, {}, { start }));
    await env.settle();
    assert.equal(await added, {
      ok: false,
      error: { kind: 'start-failed', id: 'b', reason: 'no key' },
    });
    assert.equal([alive(), children.count().specs], ['a#2', 1]);
    assert.not.ok(children.specOf('b').ok);
    // The whole budget of one restart is still there.
    say('a', 'boom');
    await env.settle();
    assert.is(alive(), 'a#4');
  },

  async 'SUP-007'() {
    const { children } = await aTree({
      children: [
        { id: 'w', start: () => anActor() },
        { id: 's', type: 'supervisor', start: () => supervisor({ children: [] }) },
      ],
    });
    const shown = (id: string): unknown => {
      const read = children.specOf(id);
      if (!read.ok) return read.error.kind;
      const { restart, shutdownMs, type } = read.value;
      return { restart, shutdownMs, type };
    };
    assert.equal(shown('w'), { restart: 'permanent', shutdownMs: 5000, type: 'worker' });
    assert.equal(shown('s'), { restart: 'permanent', shutdownMs: 'unlimited', type: 'supervisor' });
    assert.is(shown('nobody'), 'not-found');
    const flags = checkSupervisor({ children: [] });
    assert.ok(flags.ok);
    const { strategy, intensity, periodMs } = flags.value;
    assert.equal([strategy, intensity, periodMs], ['one-for-one', 1, 5000]);
  },

  async 'SUP-008'() {
    const good = aChild('x', []);
    const { id: _id, ...nameless } = good;
    const { start: _start, ...startless } = good;
    const faulty: [spec: unknown, field: string, found: string][] = [
      [nameless, '.id', 'undefined'],
      [startless, '.start', 'undefined'],
      [{ ...good, restart: 'sometimes' }, '.restart', '"sometimes"'],
      [{ ...good, shutdownMs: -1 }, '.shutdownMs', '-1'],
      [{ ...good, type: 'manager' }, '.type', '"manager"'],
      ['a child', '', '"a child"'],
    ];
    const { env, children, alive } = await aTree({ children: [aChild('a', [])] });
    for (const [spec, field, found] of faulty) {
      const child = spec as ChildSpec;
      const checked = faultOf(checkChild(child, 'never'));
      const started = await faultAtStart({ children: [child] });
      const added = children.startChild(child);
      await env.settle();
      const refusal = await added;
      assert.not.ok(refusal.ok);
      const refused = (refusal as { readonly error: SpecFault }).error;
      assert.equal([checked.field, checked.found], [`child${field}`, found]);
      assert.equal([started.field, started.found], [`children[0]${field}`, found]);
      assert.equal(
        [refused.kind, refused.field, refused.found],
        ['bad-spec', `child${field}`, found],
      );
    }
    assert.equal([alive(), children.count().specs], ['a#2', 1]);
  },

  async 'SUP-009'() {
    const seen: string[] = [];
    const spec = { children: [aChild('a', seen), aChild('b', seen), aChild('a', seen)] };
    for (const fault of [faultOf(checkSupervisor(spec)), await faultAtStart(spec)]) {
      assert.equal(
        [fault.kind, fault.field, fault.found],
        ['duplicate-child', 'children[2].id', 'a'],
      );
    }
    assert.equal(seen, []);
  },

  async 'SUP-010'() {
    const flags: [flag: string, value: unknown][] = [
      ['strategy', 'one-for-none'],
      ['intensity', Number.POSITIVE_INFINITY],
      ['intensity', -1],
      ['periodMs', 0],
      ['periodMs', Number.POSITIVE_INFINITY],
    ];
    const seen: string[] = [];
    for (const [flag, value] of flags) {
      const fault = await faultAtStart({ children: [aChild('a', seen)], [flag]: value });
      assert.is(fault.field, flag);
    }
    assert.equal(seen, []);
  },
};
