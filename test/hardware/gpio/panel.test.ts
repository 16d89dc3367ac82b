import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  actOnPanel,
  openPanel,
  PANEL_ACTIONS,
  PANEL_PINS,
  type PanelAction,
} from '../../../hardware/gpio/panel.ts';
import { contactReader, type GpioBackend, type GpioEdge } from '../../../hardware/gpio/port.ts';
import { openRegisterFile, REGISTERS, registersOf } from '../../../hardware/gpio/register-file.ts';
import { runSelfTest } from '../../../hardware/gpio/self-test.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { inTempFolder } from '../../support/edge/temp-folder.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { withFiles } from '../../support/replay/files.ts';

const { a, b, tamper, reset, red } = PANEL_PINS;

interface Panel {
  readonly backend: GpioBackend;
  readonly path: string;
  readonly env: ReturnType<typeof manualEnv>;
  act(action: PanelAction): void;
}

async function withPanel(use: (panel: Panel) => void | Promise<void>): Promise<void> {
  await withFiles({}, async (pathOf) => {
    const env = manualEnv();
    const path = pathOf('panel');
    const opened = openPanel(path, { ...env, files: nodeFiles });
    if (!opened.ok) throw new Error(opened.error.detail);
    const act = (action: PanelAction): void => {
      assert.is(actOnPanel(nodeFiles, path, action).ok, true);
    };
    await use({ backend: opened.value, path, env, act });
  });
}

test('a fresh panel is healthy, and every action is seen at once by whoever holds it', () =>
  withPanel(({ backend, act, path, env }) => {
    const read = contactReader(backend, PANEL_PINS);
    const guard = openPanel(path, { ...env, files: nodeFiles });
    assert.ok(guard.ok);
    const alsoRead = contactReader(guard.value, PANEL_PINS);
    assert.equal([backend.kind, read(), backend.readSync(reset)], ['simulated-panel', 0, 0]);
    const bits: [PanelAction, number][] = [
      ['press', 3],
      ['release', 0],
      ['tamper', 4],
      ['release', 0],
      ['cut-a', 1],
      ['cut-b', 3],
    ];
    for (const [action, open] of bits) {
      act(action);
      assert.equal([read(), alsoRead()], [open, open], action);
    }
    act('hold-reset');
    act('turn-service');
    assert.equal([backend.readSync(reset), backend.readSync(PANEL_PINS.service)], [1, 1]);
    act('let-go-reset');
    act('return-service');
    assert.equal([backend.readSync(reset), backend.readSync(PANEL_PINS.service)], [0, 0]);
    assert.is(Object.keys(PANEL_ACTIONS).length, 9);
  }));

test('a press stays when the panel is opened again', () =>
  withPanel(({ backend, act, path, env }) => {
    act('press');
    backend.close();
    const again = openPanel(path, { ...env, files: nodeFiles });
    assert.ok(again.ok);
    assert.is(contactReader(again.value, PANEL_PINS)(), 3);
  }));

test('ES01: a panel that is cut short, spoilt or closed reads as a stop', () =>
  withPanel(({ backend, path }) => {
    const read = contactReader(backend, PANEL_PINS);
    truncateSync(path, 1);
    assert.is(read(), 6);
    writeFileSync(path, 'xyz');
    assert.is(read(), 7);
    writeFileSync(path, registersOf([a, b, tamper]));
    assert.is(read(), 0);
    assert.equal(
      [-1, 0.5, REGISTERS, 99].map((pin) => backend.readSync(pin)),
      [null, null, null, null],
    );
    backend.close();
    backend.close();
    assert.is(read(), 7);
    assert.is(backend.selfTest().ok, false);
    backend.write(red, 1);
  }));

test('the watch tells each change once, and null once when the file was replaced', () =>
  withPanel(async ({ backend, path, env, act }) => {
    const told: GpioEdge[] = [];
    backend.watch([a, b, tamper], (edge) => told.push(edge));
    assert.throws(() => backend.watch([a], () => {}), /one watch/);
    await env.advance(10);
    assert.equal(told, []);
    act('press');
    await env.advance(10);
    assert.equal(told, [
      { pin: a, level: 0 },
      { pin: b, level: 0 },
    ]);
    nodeFiles.replace(path, registersOf([a, b, tamper, red]));
    await env.advance(10);
    assert.equal(told.slice(2), [
      { pin: a, level: null },
      { pin: b, level: null },
      { pin: tamper, level: null },
    ]);
    assert.is(env.pendingTimers, 0);
  }));

test('a watch ends with its backend', () =>
  withPanel(async ({ backend, env }) => {
    backend.watch([a], () => assert.unreachable('nothing changed'));
    await env.advance(3);
    backend.close();
    await env.advance(10);
    assert.is(env.pendingTimers, 0);
  }));

test('lamps are registers, the loop is one wire, and the self-test passes', () =>
  withPanel(({ backend, env }) => {
    backend.write(red, 1);
    assert.is(backend.readSync(red), 1);
    assert.throws(() => backend.write(REGISTERS, 1), /there is a register/);
    const outcomes: boolean[] = [];
    const loop = { out: PANEL_PINS.loop, in: PANEL_PINS.loop };
    const wiring = { contacts: PANEL_PINS, loop, pulses: null };
    runSelfTest(backend, wiring, env, (outcome) => outcomes.push(outcome.ok));
    assert.equal(outcomes, [true]);
  }));

test('ES01: a register that cannot be read reads null, one that cannot be written for ever', () =>
  inTempFolder((folder) => {
    const path = join(folder, 'registers');
    nodeFiles.replace(path, registersOf([a]));
    let fails = '';
    const broken = (): never => {
      throw new Error('EIO');
    };
    const files = {
      ...nodeFiles,
      open(name: string, mode: 'create' | 'update' | 'read') {
        const file = nodeFiles.open(name, mode);
        const read: typeof file.read = (...words) =>
          fails === 'read' ? broken() : file.read(...words);
        return { ...file, read, write: broken };
      },
    };
    const opened = openRegisterFile('register-file', path, { ...manualEnv(), files });
    assert.ok(opened.ok);
    assert.is(opened.value.readSync(a), 1);
    fails = 'read';
    assert.is(opened.value.readSync(a), null);
    fails = '';
    assert.is(opened.value.readSync(a), 1);
    opened.value.write(red, 1);
    assert.is(opened.value.readSync(a), null);
  }));

test('a file that is no panel is refused with what was found and what would be right', () =>
  inTempFolder((folder) => {
    const outside = { ...manualEnv(), files: nodeFiles };
    const path = join(folder, 'panel');
    const refused = (outcome: ReturnType<typeof openPanel> | ReturnType<typeof actOnPanel>) => {
      assert.ok(!outcome.ok);
      return `${outcome.error.kind} ${outcome.error.detail}`;
    };
    assert.match(refused(actOnPanel(nodeFiles, path, 'press')), /^lost .*there is no such file/);
    assert.match(
      refused(openRegisterFile('register-file', path, outside)),
      /^no-hardware .*ENOENT/,
    );
    assert.match(refused(openPanel(join(folder, 'no', 'panel'), outside)), /^no-hardware .*ENOENT/);
    writeFileSync(path, '111');
    assert.match(refused(openPanel(path, outside)), /^bad-register .*found 3 .*wanted 32 char/);
    assert.match(refused(actOnPanel(nodeFiles, path, 'press')), /^bad-register/);
    writeFileSync(path, `${'2'.repeat(REGISTERS)}\n`);
    assert.match(refused(openPanel(path, outside)), /^bad-register .*wanted 32 characters 0 or 1/);
    assert.match(refused(actOnPanel(nodeFiles, folder, 'press')), /^lost .*EISDIR/);
    const gone = openPanel(join(folder, 'other'), outside);
    assert.ok(gone.ok);
    rmSync(join(folder, 'other'));
    const lost = gone.value.selfTest();
    assert.ok(!lost.ok && /no such file/.test(lost.error.detail));
    const broken = {
      ...nodeFiles,
      read: () => {
        throw new Error('EIO');
      },
    };
    const unread = openRegisterFile('register-file', path, { ...outside, files: broken });
    assert.match(refused(unread), /^lost .*EIO/);
  }));

test.run();
