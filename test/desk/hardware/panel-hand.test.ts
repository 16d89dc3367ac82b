import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openPanel } from '../../../hardware/gpio/panel.ts';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import type { Files } from '../../../src/core/env.ts';
import { nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { driverFile, panelFile } from '../../../src/desk/hardware/open-hardware.ts';
import { panelHand } from '../../../src/desk/hardware/panel-hand.ts';
import { aCommandWorld } from '../../support/edge/command-world.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { withFiles } from '../../support/replay/files.ts';

/** A data directory in which a desk has run, and what `flyball panel` says and does there. */
function withPanel(
  driver: string,
  use: (panel: (line: string) => Promise<Said>, file: string) => Promise<void>,
): Promise<void> {
  return withFiles({}, async (pathOf) => {
    const runFolder = pathOf('run');
    mkdirSync(runFolder);
    writeFileSync(driverFile(runFolder), `${driver}\n`);
    const file = panelFile(runFolder);
    const opened = openPanel(file, { ...manualEnv(), files: nodeFiles });
    assert.ok(opened.ok);
    await use((line) => said(line, pathOf('.')), file);
  });
}

interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function said(line: string, folder: string): Promise<Said> {
  const world = aCommandWorld();
  const env = { ...world.env, timers: nodeTimers };
  const words = [...line.split(' '), '--data-dir', folder];
  const exitCode = await runCommandLine(words, { ...world, env });
  return { exitCode, ...world.terminal.written };
}

const ACTIONS: [line: string, register: number, level: number][] = [
  ['panel press', 0, 0],
  ['panel release', 0, 1],
  ['panel tamper', 2, 0],
  ['panel release', 2, 1],
  ['panel cut A', 0, 0],
  ['panel cut b', 1, 0],
  ['panel release', 1, 1],
];

test('each action changes the registers that a hand would, and shows them', () =>
  withPanel('simulated-panel', async (panel, file) => {
    for (const [line, register, level] of ACTIONS) {
      const { exitCode, out, err } = await panel(line);
      assert.equal([exitCode, err], [EXIT.done, ''], line);
      assert.match(out, /^channel A +(open|closed)\n/);
      assert.is(String(nodeFiles.read(file))[register], String(level), line);
    }
  }));

test('buttons are held for a moment and let go again', () =>
  withPanel('simulated-panel', async (panel, file) => {
    const pressed = panel('panel reset --json');
    await new Promise<void>((resolve) => nodeTimers.turn(resolve));
    assert.is(String(nodeFiles.read(file))[3], '1');
    const { out } = await pressed;
    assert.is(String(nodeFiles.read(file))[3], '0');
    assert.equal(JSON.parse(out).buttons, { reset: 'released', service: 'released' });
    assert.is((await panel('panel service')).exitCode, EXIT.done);
  }));

test('show changes nothing and is what daemon and guard read', () =>
  withPanel('simulated-panel', async (panel, file) => {
    writeFileSync(file, `0011100010011${'0'.repeat(19)}\n`);
    const { out } = await panel('panel show --json');
    assert.equal(JSON.parse(out), {
      contacts: { a: 'open', b: 'open', tamper: 'closed' },
      buttons: { reset: 'held', service: 'held' },
      lamps: { green: 'on', yellow: 'off', red: 'off', buzzer: 'on', heartbeat: 'on' },
    });
    const lines = (await panel('panel show')).out.split('\n');
    assert.ok(lines.includes('buzzer     on'), lines.join('|'));
  }));

test('a desk with real hardware, none at all, and a spoilt panel are refused', async () => {
  await withPanel('gpiod-cli', async (panel) => {
    const { exitCode, err } = await panel('panel press');
    assert.is(exitCode, EXIT.refused);
    assert.match(err, 'is stopped by gpiod-cli: press the button itself');
  });
  await withFiles({}, async (pathOf) => {
    const { exitCode, err } = await said('panel press', pathOf('nowhere'));
    assert.is(exitCode, EXIT.failed);
    assert.match(err, '`flyball start` makes one');
  });
  await withPanel('simulated-panel', async (panel, file) => {
    writeFileSync(file, 'spoilt');
    for (const line of ['panel press', 'panel show']) {
      const { exitCode, err } = await panel(line);
      assert.equal([exitCode, err.includes('wanted 32 characters 0 or 1')], [EXIT.failed, true]);
    }
  });
});

test('a panel that is no file is told, before and after it was found', async () => {
  await withPanel('simulated-panel', async (panel, file) => {
    const hand = panelHand(dirname(dirname(file)), { files: nodeFiles, timers: nodeTimers });
    assert.ok(hand.ok);
    rmSync(file);
    mkdirSync(file);
    const shown = hand.value.show();
    assert.match(shown.ok ? '' : shown.error, 'EISDIR');
    const { exitCode, err } = await panel('panel show');
    assert.equal([exitCode, err.includes('EISDIR')], [EXIT.failed, true]);
  });
  await withPanel('simulated-panel', async (_panel, file) => {
    let isBroken = false;
    const open: Files['open'] = (path, mode) => {
      if (isBroken) throw new Error('EIO');
      return nodeFiles.open(path, mode);
    };
    // The disk fails while the button is held.
    const timers = {
      ...nodeTimers,
      after(_ms: number, run: () => void) {
        isBroken = true;
        return nodeTimers.after(0, run);
      },
    };
    const hand = panelHand(dirname(dirname(file)), { files: { ...nodeFiles, open }, timers });
    const pressed = hand.ok ? await hand.value.act('reset') : hand;
    assert.match(pressed.ok ? '' : String(pressed.error), 'EIO');
  });
});

test('words that are no action are told which are', async () => {
  const wrong = await said('panel pres', '/nowhere');
  assert.equal([wrong.exitCode, wrong.out], [EXIT.usage, '']);
  assert.match(wrong.err, 'found pres, wanted one of press, release');
  assert.match(wrong.err, 'did you mean `flyball panel press`?');
  assert.match((await said('panel', '/nowhere')).err, 'found nothing');
});

test.run();
