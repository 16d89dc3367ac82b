import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  EVENTS_KEPT,
  HOPS_MAX,
  HOPS_OF_EVENT_MAX,
  HopLog,
} from '../../../../actors/runtime/inspection/hop-log.ts';
import { Probe, TALLIES_MAX } from '../../../../actors/runtime/inspection/probe.ts';
import { manualEnv } from '../../../support/manual-env.ts';

function hop(log: HopLog, cause: number, path = 'a'): void {
  log.end(log.begin(cause, path, 'tick', '', cause, 0), 1, 'handled');
}

test('the ring knows the latest hops, also of events that nobody caught', () => {
  const log = new HopLog();
  for (let cause = 1; cause <= HOPS_MAX + 1; cause += 1) hop(log, cause);
  assert.equal(log.of(1), []);
  assert.is(log.of(2).length, 1);
  assert.equal(log.keptEvents, []);
});

test('the oldest caught event makes room for a new one', () => {
  const log = new HopLog();
  for (let cause = 1; cause <= EVENTS_KEPT + 2; cause += 1) {
    hop(log, cause);
    log.keep(cause);
    log.keep(cause);
  }
  assert.is(log.keptEvents.length, EVENTS_KEPT);
  assert.equal([log.keptEvents[0], log.keptEvents.at(-1)], [3, EVENTS_KEPT + 2]);
});

test('an event that goes round and round is cut', () => {
  const log = new HopLog();
  hop(log, 1);
  log.keep(1);
  for (let n = 0; n < 2 * HOPS_OF_EVENT_MAX; n += 1) hop(log, 1);
  assert.is(log.of(1).length, HOPS_OF_EVENT_MAX);
  assert.equal(
    log.of(1).map(({ n }) => n),
    Array.from({ length: HOPS_OF_EVENT_MAX }, (_, at) => at + 1),
  );
});

test('a hop whose handler still runs is told as open', () => {
  const log = new HopLog();
  log.begin(7, 'a', 'tick', '', 0, 0);
  assert.is(log.of(7)[0]?.outcome, 'open');
});

test('a probe is bounded in depth and in the actors that it tallies', () => {
  const { clock } = manualEnv();
  const probe = new Probe({ clock, queue: { nowNs: 0 }, cause: 0 });
  probe.isSampling = true;
  const entered: boolean[] = [];
  for (let n = 0; n < 2_000; n += 1) entered.push(probe.enter('a', 'tick', null));
  const seen = entered.filter(Boolean).length;
  assert.is(seen, 64);
  for (let n = 0; n < seen; n += 1) probe.leave('handled');
  for (let n = 0; n < 20 * TALLIES_MAX; n += 1) {
    if (probe.enter(`actor-${n}`, 'tick', null)) probe.leave('handled');
  }
  assert.is(probe.tallies().size, TALLIES_MAX);
});

test.run();
