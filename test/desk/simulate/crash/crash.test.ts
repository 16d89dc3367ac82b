import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT } from '../../../../src/commands/command.ts';
import type { CrashOptions } from '../../../../src/commands/local-command.ts';
import { loadConfig } from '../../../../src/config/load.ts';
import { crash } from '../../../../src/desk/simulate/crash/crash.ts';
import { type CrashReport, runCrash } from '../../../../src/desk/simulate/crash/run-crash.ts';
import { CRASHES, type CrashScenario } from '../../../../src/desk/simulate/crash/scenarios.ts';
import { openGuardProcess } from '../../../../src/guard/open-guard-process.ts';
import { aTerminal } from '../../../support/edge/command-world.ts';

const configFile = 'config/paper.yaml';

async function crashed(parts: Partial<CrashOptions>) {
  const terminal = aTerminal();
  const options = { configFile, names: [], seed: 1, isJson: false, ...parts };
  const exitCode = await crash(options, terminal, openGuardProcess);
  return { exitCode, ...terminal.written };
}

test('C21: in a fall of 30 % the soft and the hard drawdown act at their levels', async () => {
  const { exitCode, out } = await crashed({ names: ['drawdown'], isJson: true });
  const report = JSON.parse(out) as CrashReport;
  assert.equal(report.faults, []);
  assert.is(exitCode, EXIT.done);
  const acts = report.acts.filter(({ control }) => control === 'C21');
  assert.equal(
    acts.map(({ severity }) => severity),
    ['reduced', 'emergency'],
  );
  const [soft, hard] = acts.map(({ drawdown }) => drawdown) as [number, number];
  assert.ok(soft > 0.15 && soft < 0.17, `soft at ${soft}`);
  assert.ok(hard > 0.2 && hard < 0.22, `hard at ${hard}`);
  assert.ok(report.loss < 0.3, `a desk that does not flatten loses a third: ${report.loss}`);
  assert.equal([report.mode, report.violations], ['emergency', []]);
  assert.ok(report.left < 0.001, `what the venue takes is sold: ${report.left}`);
});

test('sizes and limits as they are shipped lose less than a percent', async () => {
  const { exitCode, out } = await crashed({ names: ['shipped'], isJson: true });
  assert.is(exitCode, EXIT.done);
  const { loss, exposure, violations } = JSON.parse(out) as CrashReport;
  assert.ok(loss > 0 && loss < 0.01, `${loss}`);
  assert.ok(exposure < 0.06, `two strategies of which nothing is proven: ${exposure}`);
  assert.equal(violations, []);
});

test('C23: limits without sizes cost about a percent of the equity', async () => {
  const { exitCode, out } = await crashed({ names: ['velocity'] });
  assert.is(exitCode, EXIT.done);
  assert.match(out, /^velocity, seed 1: with all that the limits leave in the market/);
  assert.match(out, /lost +1\.\d\d % of the highest, of 3\.45 % at most/);
  assert.match(out, /C23 +desk +emergency +1\.\d\d %/);
  assert.match(out, /everything held/);
});

test('what does not act is found, and what is not bounded', async () => {
  const loaded = loadConfig(configFile);
  assert.ok(loaded.ok);
  const scenario = CRASHES.find(({ name }) => name === 'velocity') as CrashScenario;
  const calm = { priceFactor: 1, seconds: 1, depthShare: 1 };
  const quiet = { ...scenario, lean: calm, crash: calm };
  const { faults, acts } = await runCrash(quiet, 1, loaded.value.config, openGuardProcess);
  assert.equal(
    acts.filter(({ severity }) => severity === 'emergency'),
    [],
  );
  assert.match(faults.join('; '), /found none, wanted C23 emergency from 0\.01 to 0\.03/);
});

test('a crash that nobody knows and a file that is none are refused', async () => {
  const unknown = await crashed({ names: ['squeeze'] });
  assert.is(unknown.exitCode, EXIT.usage);
  assert.match(unknown.err, /found squeeze, wanted one of: shipped, velocity, drawdown/);
  assert.is((await crashed({ configFile: 'none.yaml' })).exitCode, EXIT.config);
});

test.run();
