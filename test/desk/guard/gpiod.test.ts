/**
 * Real processes on the gpiod driver, each with lines of its own. Its tools are stand-ins, so that
 * no chip is needed: `npm run test:vm` has a real one. With the long tests of the guard, `npm run
 * test:guard`: opening lines one by one takes a while.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StopMeasurement } from '../../../src/commands/estop/measure-port.ts';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { FakeGpiod } from '../../support/gpio/fake-gpiod.ts';
import { guardLogged, untilNothingRests, untilResting } from '../../support/process/guard-log.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { Program } from '../../support/process/program.ts';

const longTest = process.env['FLYBALL_GUARD'] === 'all' ? test : test.skip;

const CONTACTS = { a: 17, b: 27, tamper: 22 };
const BUTTONS = { reset: 23, service: 24 };
const LOOP = { loopIn: 25, loopOut: 5 };
const FEEDS = { feedA: 20, feedB: 21 };
const LAMPS = { green: 6, yellow: 13, red: 19, buzzer: 26, heartbeat: 12 };
const GUARD_PINS = { a: 2, b: 3, tamper: 4 };

/** A chip of stand-ins, wired as the configuration says, and that configuration. */
function aChip(premises: Premises): { readonly chip: FakeGpiod; readonly PATH: string } {
  const folder = join(premises.root, 'tools');
  mkdirSync(folder);
  const hardware = {
    driver: 'gpiod',
    chip: 'gpiochip0',
    pins: { ...CONTACTS, ...BUTTONS, ...LOOP, ...FEEDS, ...LAMPS },
    guardPins: GUARD_PINS,
  };
  writeFileSync(
    premises.configFile,
    livelyConfig((config) => void Object.assign(config, { hardware })),
  );
  const contacts = [CONTACTS, GUARD_PINS].flatMap((pins) => Object.values(pins));
  const buttons = Object.values(BUTTONS);
  const chip = new FakeGpiod(folder, 'v1.6.3', {
    inputs: [...contacts, ...buttons, LOOP.loopIn],
    open: [...buttons, LOOP.loopIn],
    wires: [
      [LOOP.loopOut, LOOP.loopIn],
      [FEEDS.feedA, CONTACTS.a],
      [FEEDS.feedB, CONTACTS.b],
    ],
  });
  return { chip, PATH: `${folder}:${process.env['PATH']}` };
}

longTest(
  'ES01 ES31 F05: on gpiod the guard sees the button on lines of its own, with the daemon frozen',
  onPremises(async (premises) => {
    const { chip, PATH } = aChip(premises);
    const daemon = premises.start([], { PATH });
    const journal = premises.journal();
    await untilResting(premises, journal);
    daemon.signal('SIGSTOP');
    chip.edge(GUARD_PINS.b, 0);
    const { detail } = await guardLogged(premises, 'contact-open');
    assert.is(detail, 'open contacts: b');
    await untilNothingRests(premises);
    daemon.signal('SIGCONT');
    await journal.until('Emergency', ({ mode }) => mode === 'emergency');
    const tripped = await daemon.ask<ControlSummary>('mode');
    assert.match(tripped.latch ?? '', 'open contacts: b');
    chip.end();
  }),
);

longTest(
  'the stop is measured on gpiod: its tools open the channels',
  onPremises(async (premises) => {
    const { chip, PATH } = aChip(premises);
    const words = ['estop', 'measure', '--config', premises.configFile, '--presses', '1', '--json'];
    const ended = await new Program(words, false, { PATH }).end();
    assert.is(ended.code, 0, ended.err);
    const { driver, rows } = JSON.parse(ended.out) as StopMeasurement;
    assert.is(driver, 'gpiod-cli');
    const closed = rows.filter(({ reaction }) => reaction === 'gate closed');
    assert.equal(
      closed.map(({ load, count }) => [load, count]),
      [
        ['idle', 1],
        ['blocked', 1],
      ],
    );
    chip.end();
  }),
);

test.run();
