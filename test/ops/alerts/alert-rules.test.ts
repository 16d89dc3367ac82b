import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { millisOf } from '../../../src/core/units.ts';
import { type AlertSource, alertOf, mayAlert } from '../../../src/ops/alerts/alert-rules.ts';
import { masked } from '../../../src/ops/alerts/masked.ts';
import { law } from '../../support/law.ts';

/** Each makes a text of some hundred characters. */
const RUNS = 40;
const AT = millisOf(1_700_000_000_000);

function told(event: AlertSource): string | null {
  assert.ok(mayAlert(event), `${event.kind} is looked at`);
  const alert = alertOf(event, 7, AT);
  if (alert === null) return null;
  assert.equal([alert.id, alert.at], [7, AT]);
  return `${alert.level} ${alert.what} ${alert.by}: ${alert.text}`;
}

const aMode = (parts: object): AlertSource =>
  ({
    kind: 'mode-changed',
    from: 'full-auto',
    to: 'manual',
    requested: 'manual',
    by: 'ada',
    reason: 'lunch',
    epoch: 1,
    machine: '{}',
    machineVersion: 1,
    ...parts,
  }) as AlertSource;

const anEstop = (what: string): AlertSource => ({
  kind: 'estop',
  what,
  cause: '',
  by: 'panel',
  detail: 'x',
  monoUs: 1,
  wallMs: AT,
  modeBefore: 'full-auto',
  modeAfter: 'emergency',
  openOrders: 2,
});

test('C37: every intervention of a person is told: commands, requests, approvals, modes', () => {
  const statement = { statement: '{}', signature: 's' };
  assert.equal(
    [
      told({ kind: 'command-given', by: 'ada', command: 'kill wrong prices' }),
      told({ kind: 'command-refused', by: 'bob', role: 'viewer', command: 'reset', reason: 'no' }),
      told({ kind: 'mode-requested', by: 'ada', key: 'k', ...statement }),
      told({
        kind: 'mode-approved',
        statement: '{}',
        requestedBy: 'ada',
        requestKey: 'k',
        requestSignature: 's',
        approvedBy: 'rae',
        approvalKey: 'l',
        approvalSignature: 't',
      }),
      told({ kind: 'config-changed', by: 'signal', digest: 'd', changes: '[]' }),
      told(aMode({})),
      told(aMode({ from: 'manual', to: 'manual', requested: 'full-auto' })),
      told(aMode({ from: 'emergency', reason: 'sound again' })),
    ],
    [
      'notice command-given ada: kill wrong prices',
      'warning command-refused bob: reset: no',
      'notice mode-requested ada: waits for a second person',
      'notice mode-approved rae: asked for by ada',
      'notice config-changed signal: []',
      'notice mode-changed ada: full-auto to manual: lunch',
      'notice mode-changed ada: manual to manual, to become full-auto: lunch',
      'notice mode-changed ada: emergency to manual: sound again',
    ],
  );
});

test('an emergency is critical, whoever asked for it; one that stands is not told again', () => {
  assert.is(
    told(aMode({ to: 'emergency', by: 'supervision', reason: 'the tree is down' })),
    'critical emergency supervision: the tree is down',
  );
  assert.is(told(aMode({ from: 'emergency', to: 'emergency', by: 'ada' })), null);
});

test('what the desk does by itself all day is not told', () => {
  assert.is(told(aMode({ by: 'policy', from: 'manual', to: 'semi-auto' })), null);
  assert.is(told(aMode({ by: 'system' })), null);
  assert.is(told({ kind: 'booted', boot: 2, deskId: 'd', version: '1', wasClean: true }), null);
  assert.not(mayAlert({ kind: 'order-filled' }));
  assert.not(mayAlert({ kind: 'alert-raised' }));
  assert.is(alertOf({ kind: 'stopped', reason: 'done' }, 1, AT), null);
});

test('a start after a crash and incidents are worth a look', () => {
  assert.is(
    told({ kind: 'booted', boot: 2, deskId: 'd', version: '1', wasClean: false }),
    'warning unclean-start desk: the run before did not end in order',
  );
  assert.is(
    told({ kind: 'incident', what: 'actor-failed', where: 'trading/risk', detail: 'x' }),
    'warning actor-failed trading/risk: x',
  );
});

test('a market that nobody can trade is worth a look, and so is its return', () => {
  const stood = { kind: 'market-stood', venue: 'binance', symbol: 'BTCUSDT' } as const;
  assert.is(
    told({ ...stood, standing: 'rules-changed', detail: 'tick: ours is 0.01' }),
    'warning market-rules-changed binance: BTCUSDT: tick: ours is 0.01',
  );
  assert.is(
    told({ ...stood, standing: 'halted', detail: '' }),
    'warning market-halted binance: BTCUSDT',
  );
  assert.is(
    told({ ...stood, standing: 'trading', detail: '' }),
    'notice market-trading binance: BTCUSDT',
  );
});

test('what hands do at the panel is told, and a fault of the stop needs somebody', () => {
  assert.is(told(anEstop('trip:a')), 'warning estop-trip-a panel: x');
  assert.is(told(anEstop('also:b')), 'warning estop-also-b panel: x');
  assert.is(told(anEstop('reset:denied:open')), 'notice estop-reset-denied-open panel: x');
  assert.is(told(anEstop('fault:discrepancy')), 'critical estop-fault-discrepancy panel: x');
  assert.is(told(anEstop('fault:cleared')), 'notice estop-fault-cleared panel: x');
  assert.is(told(anEstop('self-test:passed')), null);
});

test('a severity that only people take away is told, and critical when it halts', () => {
  const changed = (parts: object): string | null =>
    told({
      kind: 'severity-changed',
      change: 'raised',
      cause: 'C28@desk',
      severity: 'halted',
      reset: 'O',
      by: 'risk',
      reason: 'two venues fail',
      epoch: 3,
      kept: '',
      ...parts,
    } as AlertSource);
  assert.is(changed({}), 'critical severity-raised C28@desk: halted: two venues fail');
  assert.is(changed({ reset: 'A' }), 'warning severity-raised C28@desk: halted: two venues fail');
  assert.is(
    changed({ severity: 'paused' }),
    'warning severity-raised C28@desk: paused: two venues fail',
  );
  assert.is(changed({ severity: 'warn' }), null);
  assert.is(changed({ change: 'probed' }), null);
  assert.is(changed({ change: 'released', reset: 'A' }), null);
  assert.is(
    changed({ change: 'released', by: 'ada', reason: 'sound' }),
    'notice severity-released ada: C28@desk: sound',
  );
});

test('A18 A19: a text that leaves is one bounded line without keys', () => {
  const key = 'MCowBQYDK2VwAyEAfU0Of2FTpptiQrUiq77mhf2kQg+INLEIw72uNp71Sfo=';
  assert.is(masked(`access add bob ${key} now`), 'access add bob (masked) now');
  assert.is(masked(`sig ${'ab'.repeat(64)}`), 'sig (masked)');
  assert.is(masked('one\ntwo\u001b[2J\u2028three\u202efour'), 'one two [2J three four');
  assert.is(masked('desk-1-mm-1: order too large'), 'desk-1-mm-1: order too large');
  law(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const out = masked(text);
      assert.ok(out.length <= 501);
      assert.not.match(out, /[\p{Cc}\p{Cf}\u2028\u2029]|[A-Za-z0-9+/_-]{40}/u);
    }),
    RUNS,
  );
});

test('a jump of a price is told, with what it was held against', () => {
  const text = told({
    ...{ kind: 'price-jumped', instrument: 2, endMs: AT, returnPpm: -8_050 },
    ...{ statisticMilli: 21_500, thresholdMilli: 6_100 },
  });
  const wanted = 'market 2 by -80.5 bps: 21.5 local deviations, above 6.1';
  assert.is(text, `notice price-jumped volatility: ${wanted}`);
});

test.run();
