import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { assertAgreed } from '../../support/process/agreement.ts';
import { latchFile } from '../../support/process/daemon.ts';
import { onPremises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';

test(
  'without a daemon stop, reload and status say so and start none',
  onPremises(async (premises) => {
    for (const command of ['stop', 'reload', 'status', 'attach']) {
      const { code, out, err } = await premises.run(command);
      assert.is(code, 4, command);
      assert.is(out, '');
      assert.match(err, 'no desk to attach to');
      assert.match(err, `${premises.folder}/keys/operator.pem: not found; flyball start makes it`);
    }
    assert.equal(premises.processes(), []);
    assert.equal(readdirSync(premises.root), ['desk.yaml'], 'no data directory is made');
  }),
);

test(
  'a second start is refused and names the first, which does not mind',
  onPremises(async (premises) => {
    const daemon = premises.start();
    await daemon.logged('reconciled');
    const before = premises.journal().refresh().records.length;
    const second = await premises.start().end();
    assert.is(second.code, 1);
    assert.match(second.err, `is held by process ${daemon.pid}; one daemon to a data directory`);
    const status = await premises.run('status', '--json');
    assert.is(status.code, 0);
    assert.is(JSON.parse(status.out).pid, daemon.pid);
    const journal = premises.journal().refresh();
    assert.is(journal.events('booted').length, 1);
    assert.ok(journal.records.length >= before);

    const stopped = await premises.run('stop');
    assert.equal([stopped.code, stopped.out], [0, 'stopping\n']);
    assert.is((await daemon.end()).code, 0);
    const late = await premises.run('status');
    assert.is(late.code, 4);
    assert.match(late.err, `no daemon listens at ${premises.folder}/run/shell.sock`);
    assert.match(late.err, '`flyball start` runs one');

    await refusesAnotherVersion(premises.folder, () => premises.start().end());
  }),
);

test(
  'an emergency whose latch cannot be written stays one, and says so',
  onPremises(async (premises) => {
    await premises.handVenue();
    const journal = premises.journal();
    const daemon = premises.start();
    await daemon.logged('reconciled');
    // Where the latch is written before it gets its name; the tests may run as root.
    mkdirSync(`${latchFile(premises.folder)}.draft`);
    rmSync(`${latchFile(premises.folder)}.spare`);
    const killed = await premises.run('attach', '-c', 'kill drill');
    assert.is(killed.code, 0);
    const reported = await daemon.logged('latch-not-written');
    assert.match(JSON.stringify(reported), 'EISDIR');
    await journal.until('Emergency', ({ mode }) => mode === 'emergency');
    await assertAgreed(daemon, journal, premises.account());
    await daemon.kill();
    rmSync(`${latchFile(premises.folder)}.draft`, { recursive: true });
    const next = premises.start();
    await next.logged('reconciled');
    // The gate follows a moment after what is logged.
    const settled = await until('nothing but the emergency closes the gate', async () => {
      const found = await next.ask<ControlSummary>('mode');
      return found.gate.length === 1 ? found : null;
    });
    assert.is(settled.mode, 'emergency', 'the journal remembers');
    assert.equal(settled.gate, ['emergency']);
  }),
);

/** A directory of another version is left as it is, to the last byte. */
async function refusesAnotherVersion(
  folder: string,
  start: () => Promise<{ readonly code: number | null; readonly err: string }>,
): Promise<void> {
  const file = join(folder, 'version.json');
  const version = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...version, version: 2 }));
  const before = contents(folder);
  const { code, err } = await start();
  assert.is(code, 1);
  assert.match(err, `${folder} has version 2, this program supports 1`);
  assert.equal(contents(folder), before);
}

/** Every file with its time and its bytes. */
function contents(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const path = join(folder, name);
    const { mtimeMs, mode } = statSync(path);
    const bytes = statSync(path).isFile()
      ? createHash('sha256').update(readFileSync(path)).digest('hex')
      : '';
    return `${name} ${mode} ${mtimeMs} ${bytes}`;
  });
}

test.run();
