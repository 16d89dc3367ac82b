import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertAgreed } from '../../support/process/agreement.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import type { WrittenJournal } from '../../support/process/written-journal.ts';

test(
  'a journal whose last record is damaged starts, says what it cut, and agrees with the venue',
  onPremises(async (premises) => {
    const venue = await premises.handVenue();
    const before = premises.journal();
    const first = premises.start();
    await before.until('a fill', isTrading);
    first.signal('SIGTERM');
    assert.is((await first.end()).code, 0);

    // An orderly stop leaves every record in the store as well, so nothing is lost.
    const head = before.refresh().records.length;
    flipLastRecord(premises);
    const second = premises.start();
    const opened = await second.logged('journal-opened');
    assert.is(opened.level, 'warn');
    assert.ok((opened['tornBytes'] as number) > 0);
    assert.is(opened['restored'], 1);
    const mended = premises.journal();
    await mended.until('a fill', (journal) => isTrading(journal) && journal.bootSequence() > head);
    assert.equal(mended.records.slice(0, head), before.records, 'no record is another one');
    assert.is(mended.events('booted')[1]?.wasClean, true);
    await agree(premises, second, mended);

    // A killed desk may leave a write that was not finished. One that was would be missed: the
    // audit log has its entry, and without the record no desk starts.
    await second.ask('mode full-auto the test goes on');
    await mended.until('a fill', isTrading);
    await second.kill();
    tearNextRecord(premises);
    const third = premises.start();
    const again = await third.logged('journal-opened');
    assert.is(again.level, 'warn');
    assert.ok((again['tornBytes'] as number) > 0);
    const cut = premises.journal();
    await cut.until(
      'a fill',
      (journal) => isTrading(journal) && journal.store.lastBoot()?.record.boot === 3,
    );
    await agree(premises, third, cut);
    third.signal('SIGTERM');
    assert.is((await third.end()).code, 0);
    await premises.remain('a venue started by hand to stay', venue.pid);
  }),
);

async function agree(
  premises: Premises,
  daemon: ReturnType<Premises['start']>,
  journal: WrittenJournal,
): Promise<void> {
  await daemon.ask('mode manual');
  await assertAgreed(daemon, journal, premises.account());
}

function isTrading(journal: WrittenJournal): boolean {
  const modeAt = journal.store.mode()?.sequence ?? 0;
  return journal.mode === 'full-auto' && journal.events('order-filled', modeAt).length > 0;
}

function segmentOf({ folder }: Premises): string {
  return join(folder, 'journal', 'segments', '0000000000000001.segment');
}

/** Where the last byte of the last record stands. */
function lastByte(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte !== 0);
}

function flipLastRecord(premises: Premises): void {
  const bytes = readFileSync(segmentOf(premises));
  const at = lastByte(bytes) - 2;
  bytes[at] = (bytes[at] as number) ^ 0xff;
  writeFileSync(segmentOf(premises), bytes);
}

/** Half of a frame behind the last one. */
function tearNextRecord(premises: Premises): void {
  const bytes = readFileSync(segmentOf(premises));
  const end = Math.ceil((lastByte(bytes) + 1) / 8) * 8;
  bytes.fill(0x5a, end, end + 37);
  writeFileSync(segmentOf(premises), bytes);
}

test.run();
