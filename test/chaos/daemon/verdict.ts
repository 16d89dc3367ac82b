import * as assert from 'uvu/assert';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { reasonOf } from '../../../src/core/result.ts';
import { assertAgreed, assertSentOnce } from '../../support/process/agreement.ts';
import type { Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';
import type { Storm } from './storm.ts';

/** What was found out about one thing that must hold. */
export interface Finding {
  readonly name: string;
  readonly state: 'held' | 'broken';
  readonly detail: string;
}

/**
 * Ends the storm in order and looks at what it left, from outside: the venue's account by signed
 * requests and `GET /sim/truth`, the venue's own log, and the journal as it lies on disk.
 */
export async function verdictOn(storm: Storm, premises: Premises): Promise<Finding[]> {
  const findings: Finding[] = [];
  const check = async (name: string, look: () => Promise<string>): Promise<void> => {
    try {
      findings.push({ name, state: 'held', detail: await look() });
    } catch (thrown) {
      findings.push({ name, state: 'broken', detail: reasonOf(thrown) });
    }
  };
  await check('the desk obeys when it is over: mode manual', async () => {
    const daemon = await storm.calm();
    await daemon.ask('mode manual');
    const isManual = async () => (await daemon.ask<ControlSummary>('mode')).mode === 'manual';
    await until('Manual', isManual);
    return '';
  });
  await check('account, orders and trades of venue, portfolio and journal agree', async () => {
    await assertAgreed(storm.daemon, premises.journal(), premises.account());
    return '';
  });
  await check('no client id twice, and no order without a journaled intent', async () => {
    const account = premises.account();
    await assertSentOnce(premises.journal(), account);
    return `${account.acceptedIds().length} orders at the venue`;
  });
  await check('the orderly stop ends with 0 and leaves no process but the venue', async () => {
    storm.daemon.signal('SIGTERM');
    assert.is((await storm.daemon.end()).code, 0);
    await premises.remain('the venue alone', storm.venue.pid);
    return '';
  });
  await check('no order rests after the orderly stop', () => restingAfterStop(premises));
  await check('the journal can be read, holds nothing it must not, and its chain is whole', () =>
    journalOf(premises),
  );
  await check('the mode rises only step by step, and leaves Emergency only by a reset', () =>
    modesOf(premises),
  );
  return findings;
}

async function restingAfterStop(premises: Premises): Promise<string> {
  assert.equal(await premises.account().openOrders(), []);
  const { trades, refusals } = await premises.account().truth();
  return `${trades.length} trades at the venue, refusals ${JSON.stringify(refusals)}`;
}

async function journalOf(premises: Premises): Promise<string> {
  const journal = premises.journal().refresh();
  assert.equal([...journal.store.integrity()], []);
  const rebuilt = journal.store.rebuild();
  assert.ok(rebuilt.ok, JSON.stringify(rebuilt));
  return `${journal.records.length} records`;
}

const RANK: Readonly<Record<string, number>> = { manual: 0, 'semi-auto': 1, 'full-auto': 2 };

async function modesOf(premises: Premises): Promise<string> {
  const changes = premises.journal().refresh().events('mode-changed');
  for (const { from, to, by, reason } of changes) {
    const what = `${from} to ${to} by ${by}: ${reason}`;
    if (from === 'emergency') assert.ok(to === 'manual' || to === 'emergency', what);
    else if (to !== 'emergency') {
      assert.ok((RANK[to] as number) - (RANK[from] as number) <= 1, what);
    }
  }
  const resets = changes.filter(({ from, to }) => from === 'emergency' && to === 'manual');
  assert.ok(
    resets.every(({ by }) => by === 'operator'),
    'only a person leaves Emergency',
  );
  return `${changes.length} changes, ${resets.length} resets`;
}
