import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { hardwareSection } from '../../../src/config/hardware-section.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { Gate } from '../../../src/control/gate.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { Hand } from '../../../src/desk/hardware/measure/hand.ts';
import { measureStop, rowOf } from '../../../src/desk/hardware/measure/measure-stop.ts';
import { type Press, pressedDesk } from '../../../src/desk/hardware/measure/pressed-desk.ts';
import { presserFor } from '../../../src/desk/hardware/measure/presser.ts';
import { aCommandWorld, MEASURED } from '../../support/edge/command-world.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { withFiles } from '../../support/replay/files.ts';
import { must } from '../../support/venue/fixtures.ts';

const NOTHING: Press = {
  ...{ 'gate closed': null, 'cancel sent': null, 'nothing rests': null, flat: null },
};

test('percentiles are of the nearest rank, and what did not come is not counted', () => {
  const presses = [3e6, null, 1e6, 2e6].map((ns) => ({ ...NOTHING, 'gate closed': ns }));
  assert.equal(rowOf('idle', 'gate closed', presses), {
    ...{ load: 'idle', reaction: 'gate closed', count: 3, p50Us: 2_000, p99Us: 3_000 },
    ...{ maxUs: 3_000, samplesUs: [1_000, 2_000, 3_000] },
  });
  const none = rowOf('blocked', 'flat', presses);
  assert.equal([none.count, none.p50Us, none.maxUs], [0, null, null]);
});

test('a desk that is pressed is stopped, cancelled and flat, in that order, and it is timed', () =>
  withFiles({ 'desk.yaml': livelyConfig() }, async (pathOf) => {
    const load = () => loadConfig(pathOf('desk.yaml'));
    const loaded = load();
    assert.ok(loaded.ok);
    const { config } = loaded.value;
    config.control.stopCategory = 1;
    const hand = new Hand();
    try {
      assert.ok((await hand.ready()).ok);
      let burdens = 0;
      const burden = () => {
        burdens += 1;
        return () => {
          burdens -= 1;
        };
      };
      const presser = must(presserFor(config.hardware, nodeFiles, hand));
      const options = { config, load, presser, seed: 1, version: '0.0.0', burden };
      const press = await pressedDesk(options);
      assert.ok(press.ok, press.ok ? '' : press.error);
      const { 'nothing rests': none, flat, ...first } = press.value;
      assert.ok(Object.values(first).every((ns) => ns !== null && ns > 0));
      assert.ok(none !== null && flat !== null && none <= flat);
      assert.is(burdens, 0);
    } finally {
      await hand.close();
    }
  }));

const PINS = {
  ...{ a: 17, b: 27, tamper: 22, reset: 23, service: 24, loopIn: 25, loopOut: 5 },
  ...{ green: 6, yellow: 13, red: 19, buzzer: 26, heartbeat: 12 },
};

test('where outputs feed the channels they are opened, and the gate is seen to close', async () => {
  const hand = new Hand();
  try {
    assert.ok((await hand.ready()).ok);
    const gate = new Gate();
    const backend = fakeBackend(
      {},
      {
        kind: 'rpio',
        onWrite(_, level) {
          if (level === 0) gate.close('emergency');
        },
      },
    );
    const section = { driver: 'rpio', pins: { ...PINS, feedA: 20, feedB: 21 } };
    const presser = must(presserFor(hardwareSection.parse(section), nodeFiles, hand));
    const pressable = { backend, runFolder: '/nowhere', gate: gate.shared };
    // Which of the two came first is not for a test: two threads read the clock for themselves.
    const { edgeNs, closedNs } = must(await presser.press(pressable));
    assert.ok(closedNs !== null && closedNs > 0 && edgeNs > 0);
    presser.release(pressable);
    assert.equal(backend.written, ['20=0', '21=0', '20=1', '21=1']);
  } finally {
    await hand.close();
  }
});

test('a button that no program can press is not measured, and no panel in its place', () =>
  withFiles({}, async (pathOf) => {
    const change = (config: object): void => {
      Object.assign(config, { hardware: { driver: 'rpio', pins: PINS } });
    };
    writeFileSync(pathOf('desk.yaml'), livelyConfig(change));
    const measured = await measureStop(pathOf('desk.yaml'), 1, '0.0.0');
    assert.match(measured.ok ? '' : measured.error, 'found no feedA and feedB');
  }));

test('a configuration that is wrong is not measured', () =>
  withFiles({ 'desk.yaml': 'control: {}\n' }, async (pathOf) => {
    const measured = await measureStop(pathOf('desk.yaml'), 1, '0.0.0');
    assert.match(measured.ok ? '' : measured.error, /desk\.yaml:1:1/);
  }));

test('the command shows a table, or everything as JSON', async () => {
  const said = async (line: string) => {
    const world = aCommandWorld();
    const exitCode = await runCommandLine(line.split(' '), world);
    return { exitCode, ...world.terminal.written };
  };
  const shown = await said('estop measure');
  assert.match(shown.out, /^simulated-panel, 10 presses each; measured, not promised\n/);
  assert.match(shown.out, /^idle +gate closed +1 +900.5 +900.5 +900.5$/m);
  const json = await said('estop measure --presses 3 --json');
  const whole = { driver: 'simulated-panel', presses: 3, rows: [MEASURED] };
  assert.equal(JSON.parse(json.out), whole);
  for (const wrong of ['0', '1001', 'x', '1.5']) {
    assert.is((await said(`estop measure --presses ${wrong}`)).exitCode, EXIT.usage, wrong);
  }
  const failed = await said('estop measure --config no.yaml');
  assert.equal([failed.exitCode, failed.err], [EXIT.failed, 'estop measure: no such file\n']);
});

test.run();
