import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { assertAgreed, assertSentOnce } from '../../support/process/agreement.ts';
import { onPremises } from '../../support/process/premises.ts';

const DISK_MIB = 64;

test(
  'on a full disk the desk cancels, ends and says so, and nothing leaves any more',
  onPremises(async (premises) => {
    mkdirSync(premises.folder);
    const size = `size=${DISK_MIB}m`;
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', premises.folder]);
    if (mounted.status !== 0) {
      process.stdout.write('\nSKIPPED: nothing may be mounted here, so no disk is full\n');
      return;
    }
    try {
      const journal = premises.journal();
      const daemon = premises.start();
      await journal.until('a fill', (now) => now.events('order-filled').length > 0);
      const account = premises.account();
      const filler = fill(premises.folder);
      const { code, out } = await daemon.end();
      assert.is(code, 70);
      // The store of the journal or the audit log, whichever writes next.
      assert.match(
        out,
        /store-full.*No space left on device|audit log is broken.*no space is left/,
      );
      assert.match(out, '"kind":"giving-up"');
      assert.not.match(out, 'latch-not-written');
      assert.equal(await account.openOrders(), []);
      await assertSentOnce(journal, account);
      const full = await premises.start().end();
      assert.is(full.code, 1, 'a start on a full disk is refused');
      assert.match(full.err, /no space|is full/i);

      rmSync(filler);
      const next = premises.start();
      await next.logged('reconciled');
      const { mode, latch } = await next.ask<ControlSummary>('mode');
      assert.is(mode, 'emergency', 'giving up is for people to look at');
      assert.match(latch ?? '', 'the cause could not be written');
      await assertAgreed(next, journal, premises.account());
      assert.equal(journal.events('order-submitted', journal.bootSequence()), []);
    } finally {
      spawnSync('umount', ['-l', premises.folder]);
    }
  }),
);

/** Takes the last byte of the disk. */
function fill(folder: string): string {
  const filler = join(folder, 'venue', 'filler');
  for (const bytes of [1_048_576, 4_096, 1]) {
    const block = Buffer.alloc(bytes, 1);
    try {
      for (;;) appendFileSync(filler, block);
    } catch {
      // Smaller pieces may still fit.
    }
  }
  return filler;
}

test.run();
