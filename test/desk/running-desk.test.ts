import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../src/core/result.ts';
import { SETTLE_TIMEOUT_MS } from '../../src/desk/safety/settle-venues.ts';
import { ACCOUNT } from '../../src/desk/venue/options.ts';
import { faultyFiles } from '../../src/simulation/disk/faulty-files.ts';
import { assertSound, isTrading, untilResting, untilTrading } from '../support/desk/laws.ts';
import { HASTY_FILES, rehearsed } from '../support/desk/rehearsed.ts';
import { httpReply } from '../support/edge/order-socket.ts';
import { rejection } from '../support/lanes.ts';

test('people see status, positions, orders, actors and what an actor holds', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      const orders = desk.orders();
      assert.ok(orders.length > 0);
      assert.ok(orders.every(({ symbol, status }) => symbol === 'BTCUSDT' && status.length > 0));
      const ids = new Set(orders.map(({ clientId }) => clientId));
      for (const { clientId } of stage.account.open.values()) assert.ok(ids.has(clientId));
      await stage.until('a fill', () => stage.account.trades.size > 0, 120_000);
      await stage.sleep(100);
      const [position] = await desk.positions();
      assert.is(position?.symbol, 'BTCUSDT');
      assert.match(position?.quantity ?? '', /^-?0\.\d{5}$/);
      assert.is.not(position?.mark, null);
      const status = await desk.status();
      assert.equal([status.mode, status.gate, status.symbol], ['full-auto', [], 'BTCUSDT']);
      assert.equal(
        [status.fills, status.position],
        [stage.account.trades.size, position?.quantity],
      );
      assert.ok(Number(status.bid) < Number(status.ask));
      assert.is(status.latencyP99Us, null, 'a virtual clock measures nothing');
      const paths = desk.actors().map(({ path }) => path);
      assert.equal(
        paths,
        desk.describe().map(({ path }) => path),
      );
      assert.ok(paths.includes('trading/risk'));
      assert.ok(JSON.stringify(desk.actorState('trading/risk')).includes('exposures'));
      assert.is(desk.actorState('nobody'), null);
    },
  });
  assertSound(ended);
});

test('a mode is lowered and raised at the word of people, who are journaled', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      const recorded = desk.recordCommand('ann', 'mode manual lunch');
      assert.equal(recorded, ok(undefined));
      assert.is((await desk.requestMode('manual', 'ann', 'lunch')).mode, 'manual');
      await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
      const placed = stage.wire.placed.length;
      await stage.sleep(10_000);
      assert.is(stage.wire.placed.length, placed);
      await desk.requestMode('full-auto', 'ann', 'back');
      await untilTrading(stage);
    },
  });
  const given = ended.journal.filter(({ event }) => event.kind === 'command-given');
  assert.is(given.length, 1);
  assertSound(ended);
});

test('an emergency stops at once, and a reset after its cool-down leaves manual', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      assert.equal(await desk.reset('ann', 'too early'), err('the desk is not in emergency'));
      const stopped = await desk.emergency('ann', 'smoke');
      assert.equal([stopped.mode, stopped.latch], ['emergency', 'ann: smoke']);
      assert.ok(desk.parts.gate.isClosedBy('emergency'));
      const placed = stage.wire.placed.length;
      await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
      const early = await desk.reset('ann', 'looked at');
      assert.match(early.ok ? '' : early.error, /^cooling down for \d+ ms more$/);
      await stage.sleep(3_000);
      const reset = await desk.reset('ann', 'looked at');
      assert.equal(reset.ok && [reset.value.mode, reset.value.latch], ['manual', null]);
      await stage.sleep(5_000);
      assert.is(stage.wire.placed.length, placed, 'trading needs a word of people');
      await desk.requestMode('full-auto', 'ann', 'on we go');
      await untilTrading(stage);
    },
  });
  assertSound(ended);
});

test('a trip whose latch cannot be written stops the desk all the same', async () => {
  const files = faultyFiles(HASTY_FILES);
  const unwritable = {
    ...files,
    replace(path: string, bytes: Uint8Array) {
      if (path.endsWith('latch')) throw new Error('read-only file system');
      files.replace(path, bytes);
    },
    rename(from: string, to: string) {
      if (to.endsWith('latch')) throw new Error('read-only file system');
      files.rename(from, to);
    },
  };
  const ended = await rehearsed({
    files: unwritable,
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      stage.desk.trip('signal', 'SIGUSR2');
      assert.ok(stage.desk.parts.gate.isClosedBy('emergency'));
      await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
      assert.is(stage.desk.mode().mode, 'emergency');
    },
  });
  const told = ended.log.filter(({ kind }) => kind === 'latch-not-written');
  assert.ok(told.some(({ level }) => level === 'fatal'));
  assertSound(ended);
});

test('while control is down its mode is read from the gate, and said to be so', async () => {
  await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      const { journal, gate } = stage.desk.parts;
      const settled = journal.settled.bind(journal);
      Object.defineProperty(journal, 'settled', {
        configurable: true,
        value: () => stage.sleep(500).then(() => settled()),
      });
      await stage.desk.administer('kill', 'safety/control', 'a test');
      await stage.sleep(100);
      const { mode, faults } = stage.desk.mode();
      assert.equal([mode, faults], [gate.mode, ['control is down']]);
      assert.ok(gate.isClosed);
      Reflect.deleteProperty(journal, 'settled');
      await untilTrading(stage);
    },
  });
});

test('a reload takes over what the file says now, and a fault of it says where', async () => {
  await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      const { parts } = stage.desk;
      assert.equal(await stage.desk.reload('ann', 'operator'), ok([]));
      const { config } = parts;
      const load = () =>
        ok({ config: { ...config, risk: { ...config.risk, maxOrderNotional: 1 } }, digest: 'd' });
      Object.defineProperty(parts, 'load', { configurable: true, value: load });
      assert.equal(
        await stage.desk.reload('ann', 'operator'),
        ok(['risk.maxOrderNotional: 5000 → 1']),
      );
      await stage.until('risk refuses', () => parts.metrics.refusals.has('order-too-large'));
    },
  });
});

test('a stop that somebody asks for is handed on', async () => {
  await rehearsed({
    async script({ desk }) {
      assert.is(desk.stop('ann'), undefined);
    },
  });
});

test('a command that cannot be journaled is said not to be', async () => {
  await rehearsed({
    async script({ desk }) {
      Object.defineProperty(desk.parts.journal, 'appendDurable', {
        configurable: true,
        value: () => -1,
      });
      assert.equal(desk.recordCommand('ann', 'mode'), err('the journal takes no events'));
      Reflect.deleteProperty(desk.parts.journal, 'appendDurable');
    },
  });
});

test('a venue that cannot be reached at a stop is said to be left with orders', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      stage.wire.frameRule.orders = () => [];
      stage.venue.facade.goDumb();
      stage.wire.httpRule = ({ url }) => err({ kind: 'timeout', url, detail: 'no answer' });
      const beginNs = stage.nowNs();
      const settled = await stage.desk.settle();
      assert.ok(!settled.ok);
      assert.ok(stage.nowNs() - beginNs >= SETTLE_TIMEOUT_MS * 1e6);
      assert.not.ok(isTrading(stage));
    },
  });
  const { outcome } = ended;
  assert.match(outcome.ok ? '' : outcome.error, /^orders may still rest: .*no answer in time/);
});

test('a venue that wants to be left alone for longer than a stop takes is waited for', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      const beginNs = stage.nowNs();
      const reply = httpReply('', 429, { 'retry-after': '20' });
      const isLimited = (): boolean => stage.nowNs() - beginNs < 20_000 * 1e6;
      stage.wire.frameRule.orders = (frame) => (isLimited() ? [] : [frame]);
      stage.wire.httpRule = () => (isLimited() ? reply : null);
      const settled = await stage.desk.settle();
      assert.equal(settled, ok(undefined));
      assert.ok(stage.nowNs() - beginNs > SETTLE_TIMEOUT_MS * 1e6);
      assert.is(stage.venue.exchange.account(ACCOUNT)?.open.size, 0);
    },
  });
  assertSound(ended);
});

test('a question to a portfolio that crashes over it is answered with that, at once', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      const asked = rejection(stage.desk.positions());
      await stage.desk.administer('kill', 'trading/portfolio', 'a test');
      assert.match((await asked).message, 'trading/portfolio');
      await untilTrading(stage);
      assert.is((await stage.desk.positions()).length, 1);
    },
  });
  assertSound(ended);
});

test.run();
