import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type FileOperation, faultyFiles } from '../../../src/simulation/disk/faulty-files.ts';
import { type Leak, untilResting, untilTrading, watchOrders } from '../../support/desk/laws.ts';
import { HASTY_FILES, rehearsed } from '../../support/desk/rehearsed.ts';
import { survives } from '../../support/desk/survival.ts';

const FAULTS: readonly [FileOperation, 'EIO' | 'ENOSPC'][] = [
  ['write', 'ENOSPC'],
  ['write', 'EIO'],
  ['sync', 'EIO'],
];

for (const [operation, code] of FAULTS) {
  test(`a journal whose ${operation} fails with ${code} ends the desk, nothing rests`, async () => {
    const files = faultyFiles(HASTY_FILES);
    let leaks: readonly Leak[] = [];
    let placedBefore = -1;
    const ended = await rehearsed({
      files,
      async script(stage) {
        leaks = watchOrders(stage);
        await untilTrading(stage);
        await untilResting(stage);
        files.fail(operation, code);
        await stage.until('the gate closes', () => stage.desk.parts.gate.isClosedBy('journal'));
        placedBefore = stage.wire.placed.length;
        await stage.sleep(60_000);
        throw new Error('the desk did not die');
      },
    });
    files.heal();
    assert.equal(leaks, []);
    const { outcome, account, latch, wire, journal } = ended;
    assert.match(outcome.ok ? '' : outcome.error, 'the journal is broken');
    assert.is(wire.placed.length, placedBefore, 'no record, no order');
    assert.is(account.open.size, 0, 'cancels need no journal');
    const journaled = new Set(
      journal.flatMap(({ event }) =>
        event.kind === 'order-submitted' ? [event.order.clientId] : [],
      ),
    );
    const unrecorded = wire.placed.filter(({ clientId }) => !journaled.has(clientId));
    assert.equal(unrecorded, [], 'every order that left was journaled first');
    assert.ok(latch !== null || code === 'ENOSPC', 'a full disk may have no room for the latch');
  });
}

test('a journal that is late closes the gate until it has caught up', async () => {
  await survives(async (stage) => {
    const { journal, gate } = stage.desk.parts;
    const late = { recordsUnsynced: 9, unsyncedMs: 1_500, recordsBehind: 9 };
    Object.defineProperty(journal, 'lag', { configurable: true, value: () => late });
    await stage.until('the gate closes', () => gate.isClosedBy('journal'), 200);
    await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
    const placed = stage.wire.placed.length;
    await stage.sleep(5_000);
    assert.is(stage.wire.placed.length, placed);
    Reflect.deleteProperty(journal, 'lag');
  });
});

test.run();
