import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freeFractionOf } from '../../../src/desk/safety/free-space.ts';
import { aLog } from '../../support/actors/logs.ts';

test('C33: the free fraction is that of the disk under the folder', () => {
  const { log, lines } = aLog();
  const space = (path: string) => ({ freeBytes: path === '/data' ? 1 : 9, totalBytes: 4 });
  assert.is(freeFractionOf({ space }, '/data', log)(), 0.25);
  assert.equal(lines, []);
});

test('C33: a disk that cannot be measured is told, and its fraction is no number', () => {
  const { log, lines } = aLog();
  const space = () => {
    throw new Error('EIO: the disk is gone');
  };
  assert.ok(Number.isNaN(freeFractionOf({ space }, '/data', log)()));
  assert.match(lines.join(), /^error safety\/audit disk-not-measured .*EIO: the disk is gone/);
});

test('C33: a disk of no bytes has no free fraction', () => {
  const { log } = aLog();
  const space = () => ({ freeBytes: 0, totalBytes: 0 });
  assert.ok(Number.isNaN(freeFractionOf({ space }, '/data', log)()));
});

test.run();
