import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configSchema } from '../../../src/config/schema.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises } from '../../support/process/premises.ts';
import { Program } from '../../support/process/program.ts';

const flyball = (...words: readonly string[]) => new Program(words).end();

test('help, versions and words that are wrong have their own exit codes', async () => {
  const [help, ofStart, version, unknown, flag, time, seed, extra, port] = await Promise.all([
    flyball('--help'),
    flyball('start', '--help'),
    flyball('--version'),
    flyball('strt'),
    flyball('start', '--fro', '1s'),
    flyball('start', '--for', 'soon'),
    flyball('start', '--seed', '-1'),
    flyball('start', 'now'),
    flyball('venue', '--port', '70000'),
  ]);
  assert.is(help.code, 0);
  assert.match(help.out, /^command +what it does +role\nstart +run the desk/);
  assert.is(ofStart.code, 0);
  assert.match(ofStart.out, /^start: run the desk.*\n\nexamples\n {2}flyball start\n/);
  assert.is(version.code, 0);
  assert.match(version.out, /^flyball \d+\.\d+\.\d+\n$/);
  const wrong = [
    [unknown, 'unknown command strt, did you mean `flyball start`?'],
    [flag, "start: Unknown option '--fro'"],
    [time, '--for: found soon, wanted a duration such as 60s or 5m'],
    [seed, '--seed'],
    [extra, 'found now, wanted options only'],
    [port, '--port: found 70000, wanted 0 to 65535'],
  ] as const;
  for (const [{ code, out, err }, why] of wrong) {
    assert.equal([code, out], [2, ''], why);
    assert.match(err, why);
    assert.match(err, '`flyball help` shows how it is used');
  }
});

test(
  'the configuration is checked, shown and described',
  onPremises(async ({ configFile, root }) => {
    const bad = `${root}/bad.yaml`;
    writeFileSync(bad, livelyConfig().replace(/maxDailyLoss: .*/, 'maxDailyLoss: none'));
    const [right, wrong, json, absent, shown, schema, start] = await Promise.all([
      flyball('config', 'check', configFile),
      flyball('config', 'check', bad),
      flyball('config', 'check', bad, '--json'),
      flyball('config', 'check', `${root}/absent.yaml`),
      flyball('config', 'show', configFile, '--json'),
      flyball('config', 'schema'),
      flyball('start', '--config', bad, '--data-dir', `${root}/data`),
    ]);
    assert.equal([right.code, right.out], [0, `${configFile} is right\n`]);
    const fault = /bad\.yaml:\d+:\d+ risk\.maxDailyLoss: found "none".*\(E-CONFIG-VALUE\)/;
    for (const { code, err } of [wrong, start]) {
      assert.is(code, 3);
      assert.match(err, fault);
    }
    assert.is(json.code, 3);
    assert.is(JSON.parse(json.out).isRight, false);
    assert.is(absent.code, 3);
    assert.match(absent.err, 'E-CONFIG-READ');
    assert.is(shown.code, 0);
    assert.ok(configSchema.safeParse(JSON.parse(shown.out)).success);
    assert.is(schema.code, 0);
    assert.is(JSON.parse(schema.out).type, 'object');
  }),
);

test(
  'a run for a time ends by itself with one JSON value, and its venue with it',
  onPremises(async (premises) => {
    const { code, out, err } = await premises.start(['--for', '5s', '--json', '--seed', '7']).end();
    assert.is(code, 0);
    const summary = JSON.parse(out);
    assert.is(summary.mode, 'full-auto');
    assert.ok(summary.orders > 0 && /^[0-9a-f]{64}$/.test(summary.stateHash));
    assert.match(err, 'stopping: the time is over; cancelling what rests');
    await premises.remain('the end of venue and guard');

    const venue = premises.program('venue', '--json', '--seed', '7');
    await venue.said(/\n/);
    const { port, seed, pid } = JSON.parse(venue.out);
    assert.equal([seed, pid], [7, venue.pid]);
    assert.is((await fetch(`http://127.0.0.1:${port}/api/v3/ping`)).status, 200);
    const second = await premises.run('venue');
    assert.is(second.code, 5);
    assert.match(second.err, `is held by process ${venue.pid}`);
    venue.signal('SIGTERM');
    assert.is((await venue.end()).code, 0);
  }),
);

test.run();
