import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlEvent } from '../../../src/control/events.ts';
import { Gate } from '../../../src/control/gate.ts';
import { type StateSeal, stateSealOf } from '../../../src/control/mode/state-seal.ts';
import type { DeskParts } from '../../../src/desk/desk-parts.ts';
import { controlIsDown } from '../../../src/desk/safety/control-is-down.ts';
import { deskKernel, severitiesOf } from '../../../src/desk/safety/desk-kernel.ts';
import { aCause } from '../../support/control/kernels.ts';
import { SEAL } from '../../support/control/restores.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { anOrder } from '../../support/trade/orders.ts';

type SeverityChanged = Extract<ControlEvent, { kind: 'severity-changed' }>;

interface World {
  readonly kept?: string;
  readonly seal?: StateSeal;
  readonly wasClean?: boolean;
  isBroken?: boolean;
}

/** The kernel of a desk whose journal and actors only take notes. */
function aDeskKernel(world: World = {}) {
  const env = manualEnv();
  const gate = new Gate();
  const written: [how: 'soon' | 'durable', event: SeverityChanged][] = [];
  const sent: string[] = [];
  const trips: string[] = [];
  const take = (how: 'soon' | 'durable') => (event: SeverityChanged) => {
    if (world.isBroken === true) return 0;
    return written.push([how, event]);
  };
  const { kept } = world;
  const parts = {
    env,
    gate,
    seal: world.seal ?? SEAL,
    wasClean: world.wasClean ?? true,
    log: () => {},
    latch: { cause: () => null },
    journal: {
      fault: 'full',
      append: take('soon'),
      appendDurable: take('durable'),
      store: { severity: () => (kept === undefined ? null : { event: { kept } }) },
    },
    config: {
      control: { restartCautionSeconds: 600 },
      strategies: [
        { label: 'mm', venue: 'binance', symbol: 'BTCUSDT' },
        { label: 'eth', venue: 'binance', symbol: 'ETHUSDT' },
        { label: 'other', venue: 'binance-b', symbol: 'ETHUSDT' },
      ],
    },
    instruments: [anInstrument(), anInstrument({ index: 1, symbol: 'ETHUSDT' })],
    venues: [
      { name: 'binance', index: 0 },
      { name: 'binance-b', index: 1 },
    ],
  } as unknown as DeskParts;
  const lane = {
    send(to: { path: string }, message: { kind: string; strategy?: string }) {
      sent.push([to.path, message.kind, message.strategy ?? ''].join(' ').trim());
      return true;
    },
  };
  const made = deskKernel(
    parts,
    lane as never,
    (by, reason) => void trips.push(`${by}: ${reason}`),
  );
  return { ...made, parts, gate, written, sent, trips };
}

const TOLD = 'safety/control severity-changed';
/** What is taken back at the first of two venues. */
const AT_FIRST = ['trading/execution withdraw mm', 'trading/execution withdraw eth'];

test('what is paused is taken back, and what is halted is cancelled', () => {
  const scopes = [
    [{ kind: 'desk' }, 'paused', ['trading/execution withdraw all']],
    [{ kind: 'venue', venue: 0 }, 'paused', AT_FIRST],
    [{ kind: 'venue', venue: 1 }, 'paused', ['trading/execution withdraw other']],
    [{ kind: 'instrument', instrument: 1 }, 'paused', ['trading/execution withdraw eth']],
    [{ kind: 'instrument', instrument: 7 }, 'paused', []],
    [{ kind: 'strategy', strategy: 'mm' }, 'halted', ['trading/execution withdraw mm']],
    [{ kind: 'desk' }, 'reduced', []],
    [
      { kind: 'venue', venue: 0 },
      'halted',
      [...AT_FIRST, 'trading/venues/venue:binance cancel-all'],
    ],
    [
      { kind: 'desk' },
      'halted',
      [
        'trading/execution withdraw all',
        'trading/venues/venue:binance cancel-all',
        'trading/venues/venue:binance-b cancel-all',
      ],
    ],
  ] as const;
  for (const [scope, severity, expected] of scopes) {
    const { kernel, sent } = aDeskKernel();
    kernel.raise(aCause({ scope, severity }));
    assert.equal(sent, [TOLD, ...expected]);
  }
});

test('what is paused already is not taken back again, and a halt after it cancels', () => {
  const { kernel, sent } = aDeskKernel();
  kernel.raise(aCause());
  kernel.raise(aCause({ control: 'C27' }));
  assert.is(sent.filter((each) => each.includes('withdraw')).length, AT_FIRST.length);
  kernel.raise(aCause({ control: 'C27', severity: 'halted' }));
  assert.is(sent.filter((each) => each.includes('cancel-all')).length, 1);
});

test('an emergency trips the desk, which sees to everything itself', () => {
  const { kernel, sent, trips } = aDeskKernel();
  kernel.raise(aCause({ severity: 'emergency', reset: '2P' }));
  assert.equal(sent, [TOLD]);
  assert.match(trips.join(), /^breakers: C28: 60 %/);
});

test('what people release is on the medium at once, and what is measured soon', () => {
  const { kernel, written } = aDeskKernel();
  kernel.raise(aCause({ reset: 'A' }));
  kernel.raise(aCause({ control: 'C27' }));
  kernel.probe('C28@venue:0', 'breakers', 1_000);
  kernel.release('C28@venue:0', { kind: 'owner', name: 'breakers', reason: 'well' }, 1_000);
  assert.equal(
    written.map(([how, { change, cause }]) => [how, change, cause]),
    [
      ['soon', 'raised', 'C28@venue:0'],
      ['durable', 'raised', 'C27@venue:0'],
      ['durable', 'probed', 'C28@venue:0'],
      ['durable', 'released', 'C28@venue:0'],
    ],
  );
});

test('a raise that cannot be written holds, and a release that cannot is none', () => {
  const world: World = { isBroken: true };
  const { kernel, gate } = aDeskKernel(world);
  kernel.raise(aCause());
  assert.ok(gate.isClosedBy('journal'));
  const by = { kind: 'person', name: 'ann', role: 'operator', reason: 'well' } as const;
  assert.throws(() => kernel.release('C28@venue:0', by, 2_000), /the journal takes no events/);
  assert.equal(gate.venuePauses(0), ['breaker']);
});

test('what people have not released stands again after a start, without being raised anew', () => {
  const before = aDeskKernel();
  before.kernel.raise(aCause({ scope: { kind: 'desk' }, severity: 'halted', reset: 'R' }));
  const kept = before.written.at(-1)?.[1].kept ?? '';
  const { kernel, gate, begin, written } = aDeskKernel({ kept });
  assert.equal(
    kernel.summary().causes.map(({ id, reset }) => [id, reset]),
    [['C28@desk', 'R']],
  );
  assert.ok(gate.isClosedBy('breaker'));
  begin();
  assert.equal(written, []);
});

test('a list that was changed, or sealed by another key, is an emergency by name', () => {
  const before = aDeskKernel();
  before.kernel.raise(aCause({ reset: 'R' }));
  const kept = before.written.at(-1)?.[1].kept ?? '';
  for (const world of [
    { kept: kept.replace('"R"', '"O"') },
    { kept, seal: stateSealOf(new Uint8Array(32).fill(9), false) },
  ]) {
    const { begin, trips, gate } = aDeskKernel(world);
    begin();
    assert.match(trips.join(), /^control: RECORD: the raised severities: found a MAC/);
    assert.ok(gate.isClosedBy('emergency'));
  }
});

test('only a start that follows no orderly stop begins at half size', () => {
  for (const wasClean of [true, false]) {
    const { kernel, begin, parts } = aDeskKernel({ wasClean });
    begin();
    const scale = wasClean ? 1 : 0.5;
    const { sizeScale, isStrategyPaused } = severitiesOf(parts, kernel);
    assert.equal([kernel.deskScale, sizeScale(anOrder())], [scale, scale]);
    assert.not.ok(isStrategyPaused('mm'));
    parts.gate.setMode('full-auto');
    const { riskScale, raised, faults } = controlIsDown(parts, kernel);
    assert.equal(
      [riskScale, raised.length, faults],
      [scale, wasClean ? 0 : 1, ['control is down']],
    );
  }
});

test.run();
