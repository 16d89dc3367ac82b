import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { DeadLetterRow } from '../../../src/commands/inspect/inspector.ts';
import { assertSound, untilResting, untilTrading } from '../../support/desk/laws.ts';
import { rehearsed, type Stage } from '../../support/desk/rehearsed.ts';

/** What stands in one answer, whatever it is. */
async function ask<T>({ desk }: Stage, line: string): Promise<T> {
  const who = { user: 'ann', role: 'operator' } as const;
  const { exitCode, data, error } = await runDaemonCommand(desk, line.split(' '), who);
  assert.equal([exitCode, error], [0, null], line);
  return data as T;
}

test('people look into a trading desk, and it trades on', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { inspector } = stage.desk;
      await untilTrading(stage);
      const tree = await inspector.tree();
      assert.equal(
        tree.map(({ path }) => path),
        stage.desk.actors().map(({ path }) => path),
      );
      assert.ok(tree.every(({ ageSeconds }) => (ageSeconds ?? -1) >= 0));
      const top = await inspector.top(5_000);
      const feed = top.find(({ path }) => path === 'market-data/feed:binance');
      assert.ok((feed?.handledPerSecond ?? 0) > 0);
      assert.is(feed?.meanUs, 0, 'a virtual clock stands still in a handler');
      const risk = inspector.detail('trading/risk');
      assert.equal([risk?.parent, risk?.allowed], ['trading', ['restart', 'stop', 'kill']]);
      assert.match(inspector.detail('trading')?.restartBudget ?? '', /^0 of \d+ in \d+ s$/);
      assert.ok((inspector.detail('safety/control')?.timers.length ?? 0) > 0);
      assert.is(inspector.detail('nobody'), null);
      const report = await inspector.health();
      assert.equal([report.isHealthy, report.complaints], [true, []]);
      await untilTrading(stage);
    },
  });
  assertSound(ended);
});

test('an event is followed from the frame to the order', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { inspector } = stage.desk;
      await untilTrading(stage);
      const venue = 'trading/venues/venue:binance';
      const limits = { records: 200, perSecond: 500, durationMs: 60_000 };
      const begun = inspector.trace('trading/execution', null, limits);
      assert.ok(begun.ok);
      await stage.sleep(30_000);
      const records = inspector.fetchTrace(begun.ok ? begun.value : 0)?.records ?? [];
      const ways = records.map(({ event }) => inspector.hops(event));
      const feed = 'market-data/feed:binance';
      const whole = ways.find(
        ([first, ...rest]) => first?.path === feed && rest.some(({ path }) => path === venue),
      );
      const paths = whole?.map(({ path }) => path) ?? [];
      const wanted = [feed, 'trading/strategies/strategy:mm', 'trading/execution', venue];
      let at = -1;
      for (const path of wanted) {
        const next = paths.indexOf(path, at + 1);
        assert.ok(next > at, `${path} comes next in ${paths.join(' → ')}`);
        at = next;
      }
      assert.ok(paths.includes('trading/risk'), 'the question to risk is a part of it');
      assert.ok(inspector.caughtEvents().length > 0);
    },
  });
  assertSound(ended);
});

test('what is not there, shows nothing or may not be is said in one sentence', async () => {
  const ended = await rehearsed({
    async script({ desk }) {
      const { inspector } = desk;
      const said = (outcome: { readonly ok: boolean; readonly error?: string }) => outcome.error;
      assert.is(said(inspector.state('nobody', null)), 'no actor at nobody');
      assert.is(said(inspector.state('trading', null)), 'trading shows nothing of its state');
      assert.ok(inspector.state('trading/risk', '$.exposures[0]').ok);
      assert.match(said(inspector.state('trading/risk', '$.no')) ?? '', /^\$ has no no; it has/);
      const limits = { records: 0, perSecond: 1, durationMs: 1 };
      assert.is(said(inspector.trace('a', null, limits)), 'found 0, wanted 1 … 1000');
      assert.is(inspector.fetchTrace(1), null);
      assert.equal([inspector.has('trading/risk'), inspector.has('nobody')], [true, false]);
    },
  });
  assertSound(ended);
});

test('a suspended actor shows what waits for it', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      const path = 'trading/strategies/strategy:mm';
      await untilTrading(stage);
      assert.ok((await desk.administer('suspend', path, 'ann')).ok);
      await stage.sleep(2_000);
      const queued = desk.inspector.detail(path)?.queued ?? [];
      assert.ok(queued.length > 1);
      const ages = queued.map(({ ageMs }) => ageMs ?? -1);
      assert.ok(ages.every((age) => age >= 0 && age <= 2_000));
      assert.ok(
        ages.some((age) => age > 1_000),
        'some have waited for long',
      );
      assert.ok(queued.every(({ event }) => event === null));
      assert.is(queued[0]?.sender, 'market-data/feed:binance');
      assert.ok((await desk.administer('resume', path, 'ann')).ok);
      await untilTrading(stage);
    },
  });
  assertSound(ended);
});

test('a crash shows in the events, the tree and the health of the desk', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { inspector } = stage.desk;
      await untilTrading(stage);
      const before = inspector.events(0, 256).next;
      await stage.desk.administer('kill', 'trading/execution', 'ann');
      await stage.sleep(1);
      const { rows } = inspector.events(before, 256);
      const own = rows.filter(({ path }) => path === 'trading/execution');
      assert.equal(
        own.slice(0, 3).map(({ what }) => what),
        ['failed', 'stopped', 'restarting'],
      );
      assert.match(own[0]?.detail ?? '', /injection: killed by ann/);
      await untilTrading(stage);
      const row = (await inspector.tree()).find(({ path }) => path === 'trading/execution');
      assert.equal([row?.restarts, row?.recentRestarts], [1, 1]);
      assert.match(inspector.detail('trading')?.restartBudget ?? '', /^1 of/);
      await stage.sleep(61_000);
      const later = (await inspector.tree()).find(({ path }) => path === 'trading/execution');
      assert.equal([later?.restarts, later?.recentRestarts], [1, 0]);
    },
  });
  assertSound(ended);
});

test('dead letters are numbered, and only what is new is told', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      const before = desk.inspector.deadLetters(0, 256).next;
      await desk.administer('drain', 'trading/strategies/strategy:mm', 'ann');
      await untilTrading(stage);
      const { rows, next } = desk.inspector.deadLetters(before, 256);
      assert.is(rows.length, next - before);
      const numbers = rows.map(({ n }: DeadLetterRow) => n);
      assert.equal(
        numbers,
        rows.map((_, at) => before + 1 + at),
      );
      assert.equal(desk.inspector.deadLetters(next, 256).rows, []);
    },
  });
  assertSound(ended);
});

test('cancel-all takes every order back, and the strategies quote again', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      const rested = [...stage.account.open.keys()];
      const { asked } = await ask<{ asked: number }>(stage, 'cancel-all');
      assert.ok(asked >= rested.length);
      const isGone = () => rested.every((id) => !stage.account.open.has(id));
      await stage.until('what rested is gone', isGone, 1_000);
      await untilTrading(stage);
    },
  });
  const given = ended.journal.map(({ event }) => event);
  assert.ok(
    given.some((event) => event.kind === 'command-given' && event.command === 'cancel-all'),
  );
  assertSound(ended);
});

test('the journal is read from disk while the desk writes it', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { inspector, parts } = stage.desk;
      await untilTrading(stage);
      const verified = await inspector.auditVerify();
      assert.ok(verified.ok, verified.ok ? '' : verified.error);
      if (!verified.ok) return;
      const { from, to, records, isWhole, segments } = verified.value;
      assert.equal([from, records, isWhole, segments], [1, to, true, 1]);
      assert.ok(to > 10 && to <= parts.journal.head);
      const tail = await inspector.auditTail(5);
      assert.is(tail.ok && tail.value.length, 5);
      const first = tail.ok ? tail.value.at(-1) : undefined;
      assert.is(first?.sequence, parts.journal.head);
      assert.match(first?.at ?? '', /^2023-11-14T22:/);
    },
  });
  assertSound(ended);
});

test('a file of the whole memory is not written while the desk trades by itself', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      const refused = stage.desk.inspector.heapSnapshot();
      assert.match(refused.ok ? '' : refused.error, /the mode is full-auto: `mode manual` first/);
      assert.ok(stage.desk.inspector.heap().usedBytes > 0);
    },
  });
  assertSound(ended);
});

test.run();
