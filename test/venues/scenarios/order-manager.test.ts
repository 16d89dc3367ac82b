/**
 * The order manager's scenarios of `test/golden/scenarios/orders.json` against every venue: our
 * client and the venue's server, over real sockets.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../support/shared.ts';
import { aStage, type Stage } from '../../support/venues/scenario-stage.ts';
import { SCENARIO_VENUES } from '../../support/venues/scenario-venues.ts';
import { ORDER_SCENARIOS, verdictOf } from '../../support/venues/scenario-verdicts.ts';

/** The venue acts on no request whose time stamp is older than its window by so much. */
const SLACK_MS = 1_000;

const idOf = (title: string): string => title.slice(0, title.indexOf(' '));
const statusOf = ({ desk }: Stage, id: string): string => desk.record(id)?.status ?? 'not told';
const lotsFilled = ({ desk }: Stage, id: string): number => desk.record(id)?.filledLots ?? 0;
const toBe = (stage: Stage, id: string, status: string): Promise<void> =>
  stage.until(`${id} is ${status}`, () => statusOf(stage, id) === status);

/** By id and title. */
const SCENARIOS: Record<string, (stage: Stage) => Promise<void>> = {
  async 'OM-01 an answer that is lost after acceptance leaves one open order'(stage) {
    stage.fault('place', { kind: 'lost', isExecuted: true });
    const id = stage.place();
    await toBe(stage, id, 'open');
    await stage.advance(10_000);
    assert.is(statusOf(stage, id), 'open');
    assert.equal([stage.posts(), stage.seen.accepted], [1, 1]);
  },

  async 'OM-02 an order that never arrived is given up when that is proven'(stage) {
    stage.fault('place', { kind: 'lost', isExecuted: false });
    const fromMs = stage.clock.now();
    const id = stage.place();
    await toBe(stage, id, 'unknown');
    await toBe(stage, id, 'rejected-unacked');
    const windowMs = stage.windowMs;
    assert.ok(stage.clock.now() > fromMs + windowMs + SLACK_MS, 'not before the window is over');
    assert.equal([stage.posts(), stage.seen.accepted], [1, 0]);
  },

  async 'OM-03 a fill before the acknowledgement counts, and the state never goes back'(stage) {
    stage.crowd('sell', 0.4);
    stage.fault('place', { kind: 'slow-reply', delayMs: 1_500 });
    const placedMs = stage.clock.now();
    const id = stage.place();
    await toBe(stage, id, 'partially-filled');
    assert.ok(stage.clock.now() < placedMs + 1_500, 'the fill was first');
    await stage.advance(5_000);
    assert.equal(
      [statusOf(stage, id), lotsFilled(stage, id)],
      ['partially-filled', stage.lots(0.4)],
    );
  },

  async 'OM-04 a trade that is seen on socket, poll and after a restart counts once'(stage) {
    stage.crowd('sell', 1);
    const id = stage.place();
    await toBe(stage, id, 'filled');
    stage.desk.desk.run('verify');
    await stage.until('the poll', () => stage.desk.outcomes.at(-1)?.kind === 'agreed');
    const fills = (kinds: readonly string[]) => kinds.filter((kind) => kind === 'order-filled');
    assert.is(fills(stage.desk.eventsOf(id)).length, 1);
    const memory = stage.memory();
    stage.desk.kill();
    const second = await stage.begin(memory);
    second.desk.run('verify');
    await stage.until('another poll', () => second.outcomes.length > 1);
    assert.equal([...second.outcomes.map(({ kind }) => kind)], ['agreed', 'agreed']);
    assert.equal(fills(second.journal.map(({ kind }) => kind)), []);
    assert.is(stage.seen.trades, 1);
    second.kill();
  },

  async 'OM-05 an answer of 503 leaves the outcome open'(stage) {
    const refused = { kind: 'status', status: 503, retryAfterSeconds: 1 } as const;
    stage.fault('place', { ...refused, isExecuted: true });
    const id = stage.place();
    await toBe(stage, id, 'open');
    stage.fault('place', { ...refused, isExecuted: false });
    const other = stage.place({ away: -10 });
    await toBe(stage, other, 'unknown');
    assert.not.ok(stage.desk.eventsOf(other).includes('order-rejected'));
    await toBe(stage, other, 'rejected-unacked');
    assert.equal([stage.posts(), stage.seen.accepted], [2, 1]);
  },

  async 'OM-06 a limit refuses an order for good, and nothing is placed while it lasts'(stage) {
    const resting = stage.place({ away: -10 });
    await toBe(stage, resting, 'open');
    const statuses = stage.spec.bans ? [429, 418] : [429];
    for (const [at, status] of statuses.entries()) {
      const retryAfterSeconds = at === 0 ? 3 : 120;
      stage.fault('place', { kind: 'status', status, retryAfterSeconds, isExecuted: false });
      const id = stage.place({ away: -20 });
      await toBe(stage, id, 'rejected');
      if (!stage.spec.saysRetryAfter) continue;
      const posts = stage.posts();
      for (let tries = 0; tries < 5; tries += 1) {
        const denied = stage.place({ away: -30 });
        assert.ok(stage.desk.dropped.includes(denied), 'denied before its intent');
        await stage.advance((retryAfterSeconds * 1_000) / 6);
      }
      assert.is(stage.posts(), posts);
      await stage.until('the limit is over', () => stage.desk.gate.venuePauses(0).length === 0);
    }
    stage.desk.desk.entry.cancel(resting);
    await toBe(stage, resting, 'canceled');
    assert.is(stage.seen.accepted, 1);
  },

  async 'OM-06 what rests can be taken back while the venue takes no orders'(stage) {
    const resting = stage.place({ away: -10 });
    await toBe(stage, resting, 'open');
    stage.fault('place', { kind: 'status', status: 429, retryAfterSeconds: 60, isExecuted: false });
    await toBe(stage, stage.place({ away: -20 }), 'rejected');
    const pauses = stage.desk.gate.venuePauses(0);
    assert.equal(pauses, ['rate-limited']);
    stage.desk.desk.entry.cancel(resting);
    await toBe(stage, resting, 'canceled');
    assert.equal(stage.desk.gate.venuePauses(0), pauses);
  },

  async 'OM-07 a fill that beats its cancellation is a fill'(stage) {
    const id = stage.place();
    await toBe(stage, id, 'open');
    stage.fault('cancel', { kind: 'slow-request', delayMs: 500 });
    stage.desk.desk.entry.cancel(id);
    await stage.advance(100);
    stage.take('sell', 1);
    await toBe(stage, id, 'filled');
    await stage.advance(10_000);
    assert.is(statusOf(stage, id), 'filled');
    assert.not.ok(stage.desk.eventsOf(id).includes('order-canceled'));
  },

  async 'OM-08 an order that would meet one of ours ends without a fill, and says why'(stage) {
    const resting = stage.place({ side: 'sell' });
    await toBe(stage, resting, 'open');
    const id = stage.place();
    await stage.until('its end', () => ['expired', 'canceled'].includes(statusOf(stage, id)));
    assert.equal([statusOf(stage, id), stage.desk.record(id)?.reason], ['expired', 'stp']);
    assert.equal([lotsFilled(stage, id), stage.seen.trades], [0, 0]);
    assert.is(statusOf(stage, resting), 'open');
  },

  async 'OM-09 what a dead desk has left is cancelled by the venue itself'(stage) {
    const deadManSeconds = stage.spec.deadManSeconds as number;
    const id = stage.place();
    await toBe(stage, id, 'open');
    await stage.advance(40_000);
    const killedMs = stage.clock.now();
    stage.desk.kill();
    await stage.advance(5_000);
    assert.is(stage.account.open.size, 1, 'it rests while nobody is there');
    await stage.until('it is cancelled', () => stage.seen.canceled.length > 0, 130_000);
    assert.ok((stage.seen.canceled[0] as number) <= killedMs + deadManSeconds * 1_000);
  },

  async 'OM-10 more than was asked for is booked, and told'(stage) {
    stage.crowd('sell', 1);
    const id = stage.place();
    const all = 2 * stage.lots(1);
    await stage.until('twice the order', () => lotsFilled(stage, id) === all);
    assert.is(statusOf(stage, id), 'filled');
    assert.ok(stage.desk.log.some((line) => line.startsWith('error overfill')));
  },
};

for (const [title, run] of Object.entries(SCENARIOS)) {
  for (const spec of SCENARIO_VENUES) {
    if (verdictOf(idOf(title), spec).kind !== 'runs') continue;
    test(`${title}: ${spec.kind}`, async () => {
      const stage = await aStage(spec, title.startsWith('OM-10'));
      try {
        await run(stage);
      } finally {
        await stage.end();
      }
    });
  }
}

test('every scenario of the file runs at each venue, or it is said why it does not', () => {
  const run = new Set(Object.keys(SCENARIOS).map(idOf));
  const counts = { runs: 0, 'not-applicable': 0, absent: 0 };
  for (const { id } of ORDER_SCENARIOS) {
    for (const spec of SCENARIO_VENUES) {
      const verdict = verdictOf(id, spec);
      counts[verdict.kind] += 1;
      const where = `${id} at ${spec.kind}`;
      if (verdict.kind === 'runs' && verdict.by !== undefined) {
        assert.match(readFileSync(join(root, verdict.by), 'utf8'), id, where);
      } else if (verdict.kind === 'runs') assert.ok(run.has(id), where);
      else assert.ok(verdict.why.length > 20, `${where}: ${verdict.why}`);
    }
  }
  assert.equal(
    [...run].filter((id) => ORDER_SCENARIOS.every((each) => each.id !== id)),
    [],
  );
  assert.equal(counts, { runs: 49, 'not-applicable': 39, absent: 124 });
});

test.run();
