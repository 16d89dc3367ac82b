import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { actor } from '../../support/desk/laws.ts';
import type { Stage } from '../../support/desk/rehearsed.ts';
import { onReadIn, survives, throwOnceIn } from '../../support/desk/survival.ts';

const FEED = 'market-data/feed:binance';
const VENUE = 'trading/venues/venue:binance';
const STRATEGY = 'trading/strategies/strategy:mm';
/** A frame that breaks the decoder itself, as a bug in it would. */
const POISON = new Proxy(new Uint8Array(1), {
  get() {
    throw new Error('a bug in the decoder');
  },
});

interface Bug {
  readonly path: string;
  /** What the actor is doing when the bug strikes. */
  readonly during: 'message' | 'answer';
  readonly messageKind: string;
  plant(stage: Stage): void;
}

const BUGS: readonly Bug[] = [
  {
    path: 'safety/audit',
    during: 'message',
    messageKind: 'watch',
    plant: ({ desk }) => throwOnceIn('safety/audit', desk.parts.journal, 'lag'),
  },
  {
    path: 'safety/control',
    during: 'message',
    messageKind: 'request-mode',
    plant({ desk }) {
      throwOnceIn('control/control-desk', desk.parts.journal, 'appendDurable');
      desk.requestMode('semi-auto', 'a test', 'to be journaled').then(
        () => assert.unreachable('an answer came'),
        (thrown) => assert.match(thrown.message, 'safety/control'),
      );
    },
  },
  {
    path: FEED,
    during: 'message',
    messageKind: 'frame',
    plant: ({ wire }) => wire.inject('market', POISON),
  },
  {
    path: VENUE,
    during: 'message',
    messageKind: 'frame',
    plant: ({ wire }) => wire.inject('orders', POISON),
  },
  {
    path: 'trading/portfolio',
    during: 'message',
    messageKind: 'order-updated',
    plant({ desk }) {
      throwOnceIn('execution/portfolio', desk.parts.instruments[0] as object, 'lotSteps');
    },
  },
  {
    path: 'trading/risk',
    during: 'answer',
    messageKind: '',
    plant: ({ desk }) => throwOnceIn('trading/risk', desk.parts.gate, 'mode'),
  },
  {
    path: 'trading/execution',
    during: 'message',
    messageKind: 'quotes-wanted',
    plant: ({ desk }) => throwOnceIn('trading/execution', desk.parts.gate, 'permissions'),
  },
  {
    path: STRATEGY,
    during: 'message',
    messageKind: 'check-market',
    plant: ({ desk }) => throwOnceIn('trading/strategy', desk.parts.config.risk, 'staleBookMs'),
  },
  {
    path: 'edge/settings',
    during: 'message',
    messageKind: 'reload',
    plant({ desk }) {
      throwOnceIn('edge/settings', desk.parts, 'load');
      desk.reload('a test').then(
        () => assert.unreachable('an answer came'),
        (thrown) => assert.match(thrown.message, 'edge/settings'),
      );
    },
  },
];

for (const bug of BUGS) {
  test(`a bug in a handler of ${bug.path} is one supervised crash`, async () => {
    const ended = await survives(async (stage) => {
      const { uid } = actor(stage, bug.path);
      bug.plant(stage);
      const isBack = () => {
        const row = actor(stage, bug.path);
        return row.uid !== uid && row.status === 'running';
      };
      await stage.until('it crashes and is back', isBack, 60_000);
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
