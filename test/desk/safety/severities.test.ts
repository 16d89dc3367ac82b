import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SafetyCause } from '../../../src/control/safety-cause.ts';
import { aCause } from '../../support/control/kernels.ts';
import { assertSound, untilResting, untilTrading, watchOrders } from '../../support/desk/laws.ts';
import { type Ended, rehearsed, type Stage } from '../../support/desk/rehearsed.ts';

const risk = { user: 'rita', role: 'risk-officer' } as const;
const operator = { user: 'otto', role: 'operator' } as const;

function raise({ desk }: Stage, parts: Partial<SafetyCause>): void {
  const nowMs = desk.parts.env.clock.mono() / 1e6;
  desk.severity.kernel.raise(aCause({ nowMs, ...parts }));
}

/** What the journal says of severities: `raised C28@venue:0 by breakers`. */
const changes = ({ journal }: Ended): readonly string[] =>
  journal.flatMap(({ event }) =>
    event.kind === 'severity-changed' ? `${event.change} ${event.cause} by ${event.by}` : [],
  );

const untilNothingRests = (stage: Stage): Promise<void> =>
  stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);

async function sendsNothing(stage: Stage): Promise<void> {
  const placed = stage.wire.placed.length;
  await stage.sleep(5_000);
  assert.is(stage.wire.placed.length, placed);
}

test('a paused venue loses its quotes, and gets none until an operator resumes it', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      const leaks = watchOrders(stage);
      raise(stage, { control: 'C27' });
      await untilNothingRests(stage);
      await sendsNothing(stage);
      assert.is(desk.mode().mode, 'full-auto');
      assert.equal(
        desk.mode().raised.map(({ id }) => id),
        ['C27@venue:0'],
      );
      const refused = await desk.release('C27@venue:0', { user: 'vic', role: 'viewer' }, 'well');
      assert.match(refused.ok ? '' : refused.error, /wants operator or risk-officer/);
      const silent = await desk.release('C27@venue:0', operator, '');
      assert.match(silent.ok ? '' : silent.error, /found no reason/);
      assert.ok((await desk.release('C27@venue:0', operator, 'it answers')).ok);
      await untilResting(stage);
      assert.equal(leaks, []);
    },
  });
  assert.equal(changes(ended), ['raised C27@venue:0 by breakers', 'released C27@venue:0 by otto']);
  assertSound(ended);
});

test('a halted desk cancels, comes down, and climbs once a risk officer resumes it', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      raise(stage, { control: 'C20', scope: { kind: 'desk' }, severity: 'halted', reset: 'R' });
      assert.ok(desk.parts.gate.isClosedBy('breaker'));
      await untilNothingRests(stage);
      assert.is(desk.mode().mode, 'manual');
      await sendsNothing(stage);
      assert.not.ok((await desk.release('C20@desk', operator, 'well')).ok);
      assert.ok((await desk.release('C20@desk', risk, 'a new day')).ok);
      await untilTrading(stage);
    },
  });
  assertSound(ended);
});

test('a paused strategy and a paused market lose what is theirs', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      for (const scope of [
        { kind: 'strategy', strategy: 'mm' },
        { kind: 'instrument', instrument: 0 },
      ] as const) {
        await untilTrading(stage);
        await untilResting(stage);
        raise(stage, { control: 'C06', scope });
        await untilNothingRests(stage);
        await sendsNothing(stage);
        const [row] = desk.mode().raised;
        assert.ok((await desk.release(row?.id ?? '', operator, 'looked')).ok);
      }
      await untilResting(stage);
    },
  });
  assertSound(ended);
});

test('half the size is in force from the next order on', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      raise(stage, {
        control: 'C21',
        scope: { kind: 'desk' },
        severity: 'reduced',
        sizeScale: 0.1,
      });
      assert.is(desk.mode().riskScale, 0.1);
      await untilNothingRests(stage);
      await stage.sleep(2_000);
      // Quotes of 1,000 are above a tenth of what the strategy may hold.
      assert.ok((desk.parts.metrics.refusals.get('size-limit') ?? 0) > 0);
    },
  });
  assertSound(ended);
});

test('an emergency of a control trips the desk, and survives a crash of control', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      raise(stage, { control: 'C23', severity: 'emergency', reset: '2P', scope: { kind: 'desk' } });
      assert.ok(desk.parts.gate.isClosedBy('emergency'));
      assert.match(desk.parts.latch.cause() ?? '', /C23/);
      await stage.until('Emergency', () => desk.mode().mode === 'emergency');
      await desk.administer('kill', 'safety/control', 'otto');
      await stage.sleep(3_500);
      assert.is(desk.mode().mode, 'emergency');
      assert.equal(
        desk.mode().raised.map(({ id }) => id),
        ['C23@desk'],
      );
      assert.ok((await desk.reset('otto and rita', 'found it')).ok);
      assert.equal(desk.mode().raised, []);
    },
  });
  assert.ok(changes(ended).includes('released C23@desk by otto and rita'));
});

test.run();
