import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { actOnPanel } from '../../../../hardware/gpio/panel.ts';
import { LOST_MS_MAX, PanelView } from '../../../../src/desk/simulate/world/panel-view.ts';
import { lossyFiles } from '../../../../src/simulation/disk/lossy-files.ts';

const PATH = '/data/run/panel';

function aView() {
  const disk = lossyFiles();
  const now = { ms: 0 };
  const view = new PanelView(disk, PATH, () => now.ms);
  return { disk, now, view };
}

/** A view of a panel whose contacts are closed. */
function aPanel() {
  const seen = aView();
  seen.view.lose();
  seen.disk.replace(PATH, new Uint8Array());
  seen.view.lose();
  seen.view.replace();
  return seen;
}

test('an open contact is named, and closed ones let orders leave', () => {
  const { disk, view } = aPanel();
  assert.is(view.fault(), '');
  actOnPanel(disk, PATH, 'cut-b');
  assert.is(view.fault(), 'open: b');
  actOnPanel(disk, PATH, 'press');
  actOnPanel(disk, PATH, 'tamper');
  assert.is(view.fault(), 'open: a, b, tamper');
  actOnPanel(disk, PATH, 'release');
  assert.is(view.fault(), '');
});

test('F37: a panel that vanished stops the desk after its time, until another one is there', () => {
  const { now, view } = aPanel();
  assert.not.ok(view.replace(), 'nothing is to be replaced');
  view.lose();
  now.ms = LOST_MS_MAX;
  assert.is(view.fault(), '');
  now.ms += 1;
  view.lose();
  assert.is(view.fault(), 'the panel is gone for 3001 ms');
  assert.ok(view.replace());
  assert.is(view.fault(), '');
});

test('a panel that a desk has made anew is there again', () => {
  const { disk, now, view } = aPanel();
  const bytes = disk.read(PATH) as Uint8Array;
  view.lose();
  disk.replace(PATH, bytes);
  assert.is(view.fault(), '');
  now.ms = 60_000;
  assert.not.ok(view.replace());
});

test('before the first start there is no panel, and nothing is said of it', () => {
  const { view, now } = aView();
  now.ms = 60_000;
  view.lose();
  assert.is(view.fault(), '');
});

test.run();
