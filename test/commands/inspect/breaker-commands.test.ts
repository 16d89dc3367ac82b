import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { BreakerReport } from '../../../src/commands/inspect/breaker-commands.ts';
import { defaultLimits } from '../../../src/risk/controls/catalogue.ts';
import type { WatchSummary } from '../../../src/risk/watch/risk-watch.ts';
import { aTestDesk } from '../../support/edge/command-world.ts';

const BREAKER = {
  control: 'C14',
  scope: 'instrument:0',
  state: 'open',
  severity: 'paused',
  reset: 'A',
  measured: 9.12345,
  limit: 8,
  regime: 'calm',
  openings: 2,
  waitMs: 1_500,
} as const;

const SUMMARY: WatchSummary = {
  breakers: [BREAKER, { ...BREAKER, control: 'C25', state: 'closed', measured: Number.NaN }],
  equity: 160_000,
  peak: null,
  portfolio: {
    valueAtRisk95: 0.01,
    valueAtRisk99: 0.015,
    shortfall: 0.02,
    heat: 0.03,
    minutes: 45,
    isSeeded: true,
    unpriced: null,
    rung: 'warn',
    tightest: 'heat',
    use: 0.85,
    budgets: [],
    fitted: 1,
    shrinkage: 0.01,
    isDynamic: false,
  },
  drawdown: { fall: 0.02, stage: 'normal', calmSinceMs: null },
  regimes: ['calm'],
  blind: ['C32: not measured under a virtual clock'],
  limits: defaultLimits(),
};

const asked = (state: unknown) =>
  runDaemonCommand(aTestDesk({ actorState: () => state }), ['breakers'], {
    user: 'ann',
    role: 'viewer',
  });

test('breakers lists all 37 controls with their numbers, and who measures them', async () => {
  const outcome = await asked(SUMMARY);
  assert.is(outcome.exitCode, EXIT.done);
  const { controls, breakers } = outcome.data as BreakerReport;
  assert.is(controls.length, 37);
  assert.is(breakers.length, 2);
  const of = (id: string) => controls.find((row) => row.id === id);
  assert.is(of('C14')?.state, 'open at instrument:0');
  assert.is(of('C25')?.state, 'ok');
  assert.is(of('C20')?.limits['warnFraction'], 0.02);
  assert.match(of('C18')?.source ?? '', /^injected: source comes with /);
  assert.equal(of('C37')?.limits, {});
  assert.equal(of('C36')?.limits, {}, 'a number that it does not set is not shown as one');
  assert.equal(of('C36')?.setElsewhere, { openMs: 'alerts.acknowledgeSeconds' });
  assert.not.match(of('C36')?.source ?? '', /injected/);
});

test('for people it shows what is open, then every control', async () => {
  const outcome = await asked({ ...SUMMARY, equity: null });
  const found = findCommand(DAEMON_COMMANDS, ['breakers']);
  const text = found?.command.show(outcome.data) ?? '';
  assert.match(text, /^equity +-$/m);
  assert.match(text, /^C14 +instrument:0 +open +paused +A +9\.123 +8 +2 s$/m);
  assert.match(text, /^C25 +instrument:0 +closed +paused +A +- +8 +2 s$/m);
  assert.match(text, /^C18 +model output and drift +ok +injected: /m);
});

test('without the risk actor nothing is known', async () => {
  assert.is((await asked(null)).exitCode, EXIT.failed);
  assert.is((await asked({ lossToday: 0 })).exitCode, EXIT.failed);
});

test.run();
