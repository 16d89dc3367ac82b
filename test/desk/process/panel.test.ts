/** The simulated panel and a desk that is a process of its own. */
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EstopRow } from '../../../src/commands/estop/estop-port.ts';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { latchFile } from '../../support/process/daemon.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';

test(
  'ES04 ES24: a press while the desk is frozen stops it, and kill -9 right after changes nothing',
  onPremises(async (premises) => {
    await premises.handVenue();
    // Its guard leaves it frozen for as long as another program takes to press.
    const patient = livelyConfig(({ guard }) => Object.assign(guard, { deadMs: 60_000 }));
    writeFileSync(premises.configFile, patient);
    const journal = premises.journal();
    const first = premises.start();
    await first.said(/NO HARDWARE STOP: simulated-panel is no button/);
    await journal.until('a fill', (now) => now.events('order-filled').length > 0);
    first.signal('SIGSTOP');
    const pressed = await premises.run('panel', 'press', '--json');
    assert.equal([pressed.code, JSON.parse(pressed.out).contacts.a], [0, 'open']);
    const sent = journal.refresh().events('order-submitted').length;
    first.signal('SIGCONT');
    await until('the latch', () => existsSync(latchFile(premises.folder)));
    first.signal('SIGKILL');
    await first.end();
    assert.is(journal.refresh().events('order-submitted').length, sent, 'no order left after it');

    const second = premises.start();
    await second.logged('reconciled');
    const latched = await second.ask<ControlSummary>('mode');
    assert.equal([latched.mode, latched.gate.includes('emergency')], ['emergency', true]);
    assert.match(latched.latch ?? '', /^the panel: /);
    assert.equal(await premises.account().openOrders(), []);
    assert.is(
      (await second.run('reset looked at')).error,
      'reset: open: a, b; release the button, close the lid',
    );
    await premises.run('panel', 'release');
    assert.match((await second.run('acknowledge')).error ?? 'done', 'done');
    const denied = await until('the cool-down', async () => {
      const { error } = await second.run('reset looked at');
      return error?.includes('cooling down') || error?.includes('a moment ago') ? null : error;
    });
    assert.match(denied ?? '', 'has to be pressed first');
    assert.is((await premises.run('panel', 'reset')).code, 0);
    await second.ask('reset the wire is right again');
    const { mode, latch } = await second.ask<ControlSummary>('mode');
    assert.equal([mode, latch], ['manual', null]);
    assert.is((await second.ask<EstopRow>('estop')).cause, null);
    const what = (await second.ask<{ rows: { what: string }[] }>('estop report')).rows.map(
      (row) => row.what,
    );
    assert.ok(what.includes('reset:confirmed') && what.includes('acknowledged'), what.join());
    assert.is(journal.refresh().events('order-submitted').length, sent, 'a reset trades nothing');
    second.signal('SIGTERM');
    assert.is((await second.end()).code, 0);
    const shown = JSON.parse((await premises.run('panel', 'show', '--json')).out);
    assert.equal(Object.values(shown.lamps), ['off', 'off', 'off', 'off', 'off']);
  }),
);

test(
  'F37: a driver that is asked for and is not there keeps the desk from starting',
  onPremises(async (premises) => {
    const inputs = { a: 17, b: 27, tamper: 22, reset: 23, service: 24, loopIn: 25, loopOut: 5 };
    const pins = { ...inputs, green: 6, yellow: 13, red: 19, buzzer: 26, heartbeat: 12 };
    const text = livelyConfig((config) => {
      const guardPins = { a: 2, b: 3, tamper: 4 };
      const hardware = { driver: 'gpiod', chip: 'gpiochip99', pins, guardPins };
      Object.assign(config, { hardware });
    });
    writeFileSync(premises.configFile, text);
    const { code, err } = await premises.start().end();
    assert.is(code, 1);
    assert.match(err, 'hardware.driver gpiod: ');
    assert.equal(premises.journal().refresh().events('order-submitted'), []);
  }),
);

test.run();
