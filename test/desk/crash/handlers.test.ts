import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BUGS } from '../../support/desk/bugs.ts';
import { actor } from '../../support/desk/laws.ts';
import { onReadIn, survives, throwOnceIn } from '../../support/desk/survival.ts';

for (const bug of BUGS) {
  test(`a bug in ${bug.path} (${bug.what ?? bug.messageKind}) is one crash`, async () => {
    const ended = await survives(async (stage) => {
      const { uid } = actor(stage, bug.path);
      bug.plant(stage, () => {
        throw new Error('a bug');
      });
      const isBack = () => {
        const row = actor(stage, bug.path);
        return row.uid !== uid && row.status === 'running';
      };
      await stage.until('it crashes and is back', isBack, 120_000);
    });
    const crashes = ended.log.filter(
      ({ kind, fields }) => kind === 'actor-failed' && 'during' in fields,
    );
    const { path, during, messageKind } = bug;
    assert.equal(
      crashes.map(({ actor: who, fields }) => [who, fields['during'], fields['messageKind']]),
      [[path, during, messageKind]],
    );
  });
}

test('an order that was approved when the gate closed does not leave', async () => {
  await survives(async (stage) => {
    const { gate, metrics } = stage.desk.parts;
    // The quotes of the beginning have used up the rate of a strategy.
    await stage.sleep(2_000);
    let placed = -1;
    const halted = metrics.refusals.get('halted') ?? 0;
    onReadIn('trading/risk', gate, 'mode', () => {
      placed = stage.wire.placed.length;
      void stage.desk.emergency('a test', 'between approval and socket');
    });
    await stage.until('an order is approved', () => placed >= 0, 60_000);
    assert.is(metrics.refusals.get('halted'), halted + 1);
    await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
    await stage.sleep(3_000);
    assert.is(stage.wire.placed.length, placed);
    assert.ok((await stage.desk.reset('a test', 'seen')).ok);
    await stage.desk.requestMode('full-auto', 'a test', 'go on');
  });
});

test('a fill that crashes the portfolio is booked all the same', async () => {
  const ended = await survives(async (stage) => {
    const { journal, instruments } = stage.desk.parts;
    throwOnceIn('execution/portfolio', instruments[0] as object, 'lotSteps');
    await stage.until('a fill', () => actor(stage, 'trading/portfolio').restarts === 1, 60_000);
    const fills = [...journal.store.readAll(1)].filter(
      ({ event }) => event.kind === 'order-filled',
    );
    assert.ok(fills.length > 0, 'it was journaled before anybody was told');
  });
  assert.is(ended.log.filter(({ kind }) => kind === 'balance-adjustment').length, 0);
});

test.run();
